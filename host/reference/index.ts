/** `import { … } from "mayfly/reference"`: the tfjs references. tfjs itself is loaded when a backend is started. */
export { MayflyError } from "../errors.js";
export { type Backend, BACKEND_NAMES, type BackendInfo, type BackendName } from "./backends/backend.js";
export { BACKENDS, findBackends, type FoundBackend, startNamed } from "./backends/registry.js";
export { type BackpropLayerSpec } from "./backprop/layer.js";
export { BackpropNetwork, type BackpropSpec } from "./backprop/network.js";
export { ExactNetwork } from "./exact/network.js";
export { type Batch, batchOf } from "./float/batch.js";
export { EndToEndObjective } from "./float/end_to_end.js";
export { FloatNetwork } from "./float/network.js";
export { HINTON, MAYFLY, PYTORCH, type Recipe, RECIPES } from "./float/recipe.js";
export { loadState, saveState } from "./float/state.js";
export { evaluateFloat, type FloatEpoch, type FloatEvent, type FloatTrainOptions, trainFloat } from "./float/train.js";
export { fromEngine, type Quantised, toEngine } from "./interchange.js";
