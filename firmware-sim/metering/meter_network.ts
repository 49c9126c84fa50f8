import { Network } from "../../host/engine/network.js";
import { MayflyError } from "../../host/errors.js";
import { packNetwork } from "../../host/pack/pack.js";
import type { SpecInput } from "../../host/spec/network_spec.js";
import { type FrameSource, framesFor } from "./frames.js";
import { type DeviceModule, engineModule, type MeteredNetwork, meterModule } from "./meter_module.js";

export type { MeteredNetwork } from "./meter_module.js";

/** Counts what a network takes in the module that a device would run. `effort` below 1 takes so much less time, and fewer samples. */
export async function meterNetwork(spec: SpecInput, source?: FrameSource, effort = 1): Promise<MeteredNetwork> {
  const reference = Network.create(spec);
  return meterModule(reference, await moduleOf(reference), source ?? await framesFor(reference.spec), effort);
}

/** What a device would run: the packed module; without binaryen, which packs, the engine as it is. */
async function moduleOf(network: Network): Promise<DeviceModule> {
  try {
    const { module, facts } = await packNetwork(network, { build: "scalar", state: false });
    return { module, name: "packed scalar module", codeBytes: facts.bytes.code, dataBytes: facts.bytes.data };
  } catch (error) {
    if (!(error instanceof MayflyError && error.message.includes("npm install binaryen"))) throw error;
    return engineModule(network);
  }
}
