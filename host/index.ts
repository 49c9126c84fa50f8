/** The public API. `import { Network, train, openDataset } from "mayfly"`. */
export { MayflyError } from "./errors.js";
export { type Build, BUILDS, engineHash } from "./engine/artefacts.js";
export { type BuildChoice, loadEngine } from "./engine/load.js";
export { type EngineExports } from "./engine/instance.js";
export { EngineError } from "./engine/status.js";
export { Network, type NetworkOptions, type RegionView } from "./engine/network.js";
export { type MemoryPlan, type PlannedBytes, planMemory } from "./engine/plan.js";
export { type ElementType, type Region, REGION_PURPOSES } from "./engine/regions.js";
export { type LayerSpec, type NetworkSpec, type NetworkSpecInput, networkSchema, resolveSpec } from "./spec/network_spec.js";
export { type Dataset, type Shape, describeDataset, frame, select, take } from "./data/dataset.js";
export { type OpenOptions, openDataset } from "./data/open.js";
export { loadMnist } from "./data/mnist.js";
export { permutation } from "./data/shuffle.js";
export { type EpochResult, type StopReason, type TrainEvent, type TrainOptions, train } from "./train/train.js";
export { type Evaluation, type TestError, evaluate } from "./train/evaluate.js";
export { type TrainingCounters } from "./train/counters.js";
export { RunDirectory, type RunRecord, type RunSettings } from "./train/run_directory.js";
