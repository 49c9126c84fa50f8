/** Gives a trained network other settings to learn by: a device that is to learn on needs other rates than the factory, whose schedule has ended at 0. */
import { encodeSpec } from "../spec/encode.js";
import { type NetworkSpec, asInput, resolveSpec } from "../spec/network_spec.js";
import { checked } from "../engine/instance.js";
import { Network } from "../engine/network.js";
import { MayflyError } from "../errors.js";

/** What is left out stays as the network has it, but for the schedule. */
export interface LearningSettings {
  /** Learning rate of every layer, or one for each; 0 freezes a layer. */
  rate?: number | readonly number[];
  /** Learning rate of the readout; 0 freezes it. */
  readoutRate?: number;
  /** Counted from now: the rates hold for `holdSamples`, then fall to 0 at `totalSamples`. Left out: they hold for ever. */
  schedule?: { holdSamples: number; totalSamples: number };
  /** Probability that a value of the frame is left out of a training step. */
  inputDropout?: number;
  /** Update coefficients below this count as 0. */
  minCoefficient?: number;
  /** How the pair objective picks wrong labels. */
  negatives?: "hard" | "random";
}

/**
 * A copy of a network with the same weights, counters and random state, that learns by other settings. Nothing about its memory changes, so it can be
 * packed as it is; the network given stays as it was.
 *
 * ```ts
 * const onDevice = retune(trained, { rate: [0, 0], readoutRate: 0.02 });   // only the readout learns
 * const { module } = await packNetwork(onDevice);
 * ```
 */
export function retune(network: Network, settings: LearningSettings): Network {
  const words = encodeSpec(resolveSpec(asInput(withSettings(network.spec, settings, network.samples))));
  // The block in memory is what `seal` puts under its CRC, and `open` below is what checks it.
  const copy = Network.open(network.checkpoint(), "the network", { build: network.build });
  new Int32Array(copy.engine.memory.buffer, copy.engine.spec_address(), words.length).set(words);
  checked(copy.engine, copy.engine.seal());
  const base = copy.plan.regions[0]!.offset;
  return Network.open(new Uint8Array(copy.engine.memory.buffer).slice(base, base + copy.plan.bytes.checkpoint), "the retuned network", { build: network.build });
}

function withSettings(spec: NetworkSpec, settings: LearningSettings, samples: number): NetworkSpec {
  const { rate, readoutRate, schedule, inputDropout, minCoefficient, negatives } = settings;
  if (Array.isArray(rate) && rate.length !== spec.layers.length) throw new MayflyError(`retune: ${rate.length} rates for ${spec.layers.length} layers`, 2);
  if (readoutRate !== undefined && spec.readout.from === null) throw new MayflyError("retune: this network has no readout, so readoutRate says nothing", 2);
  if (negatives !== undefined && (spec.objective !== "pair" || (spec.negatives !== "hard" && spec.negatives !== "random"))) {
    throw new MayflyError(`retune: negatives "${negatives}" are wrong labels, and this network ${spec.objective === "pair" ? `has "${spec.negatives}" ones` : "has no negatives"}`, 2);
  }
  return {
    ...spec,
    layers: spec.layers.map((layer, index) => ({ ...layer, rate: (typeof rate === "number" ? rate : rate?.[index]) ?? layer.rate })),
    readout: { ...spec.readout, rate: readoutRate ?? spec.readout.rate },
    schedule: schedule ? { holdSamples: samples + schedule.holdSamples, totalSamples: samples + schedule.totalSamples } : { holdSamples: 0, totalSamples: 0 },
    inputDropout: inputDropout ?? spec.inputDropout,
    minCoefficient: minCoefficient ?? spec.minCoefficient,
    negatives: negatives ?? spec.negatives,
  };
}
