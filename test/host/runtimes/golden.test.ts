import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { SPEC_HEADER_WORDS, SPEC_LAYER_WORDS } from "../../../assembly/abi/spec.js";
import { encodeSpec } from "../../../host/spec/encode.js";
import { resolveSpec } from "../../../host/spec/network_spec.js";
import { type GoldenJob, goldenSamples, JOBS } from "../../../host/verify/golden.js";
import { GOLDEN_HASHES } from "../../../host/verify/golden_hashes.js";
import { Network } from "../../oracle/network.js";
import { encodeSpec as encodeOracleSpec, type Spec } from "../../oracle/spec.js";

// The proof needs both: that every runtime computes these hashes (verify.test.ts), and that they are what the algorithm says.
test.each(JOBS.flatMap((job) => job.networks.map((network) => ({ job, network }))))("the oracle ends the $job.name golden job, $network.name, with the pinned weights", async ({ job, network }) => {
  const spec = oracleSpec(job, network.spec);
  const oracle = new Network(spec);
  for (const { frame, label } of await goldenSamples(job)) oracle.train(frame, label);
  expect(weightsHash(oracle)).toBe(GOLDEN_HASHES[job.name]?.[network.name]);
});

/** The job's spec as the oracle writes specs; that both mean the same is checked on the encoded words. */
function oracleSpec(job: GoldenJob, input: Parameters<typeof resolveSpec>[0]): Spec {
  const words = encodeSpec(resolveSpec(input));
  const layerWord = (layer: number, word: number): number => words[SPEC_HEADER_WORDS + layer * SPEC_LAYER_WORDS + word]!;
  const spec: Spec = {
    objective: "pair", classes: 10, width: 28, height: 28, channels: 1, placement: "replace", labelLevel: 48, negatives: "hard", readoutFrom: 1, goodnessFrom: 0,
    readoutRate: words[12]!, holdSteps: job.checkpointAt, totalSteps: job.samples, seed: 1, biasLevel: 0, loss: "difference", inputDropout: words[20]!, minCoefficient: words[21]!,
    layers: input.layers.map((layer, index) => ({
      units: layerWord(index, 1), weightBits: layer.weights === "i8" ? 8 : 16, scale: layerWord(index, 3), rate: layerWord(index, 4), temperature: layerWord(index, 5), decay: layerWord(index, 6),
      threshold: layerWord(index, 7), init: layerWord(index, 8),
    })),
  };
  expect([...encodeOracleSpec(spec)]).toEqual([...words]);
  return spec;
}

/** As `Network.weightsHash` of the host: weights and readout weights in memory order, rows padded with zeros to 8. */
function weightsHash(oracle: Network): string {
  const hash = createHash("sha256");
  oracle.layers.forEach((layer, index) => {
    hash.update(padded(layer.weights.values, layer.spec.units, layer.spec.weightBits));
    if (oracle.readouts[index]) hash.update(padded(oracle.readoutWeights(index), oracle.spec.classes, 16));
  });
  return hash.digest("hex").slice(0, 16);
}

function padded(values: Int32Array, columns: number, bits: 8 | 16): Uint8Array {
  const stride = Math.ceil(columns / 8) * 8;
  const elements = new (bits === 8 ? Int8Array : Int16Array)((values.length / columns) * stride);
  values.forEach((value, index) => (elements[Math.floor(index / columns) * stride + (index % columns)] = value));
  return new Uint8Array(elements.buffer);
}
