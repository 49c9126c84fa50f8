/** The reference beside the chip: in a worker of its own, loaded when it is asked for. */
import { platform } from "#platform";
import { frame, take } from "../../../host/data/dataset.js";
import { Network } from "../../../host/engine/network.js";
import { compareSteps, type ParityMark } from "../../../host/parity/steps.js";
import type { Difference } from "../../../host/parity/tally.js";
import type { Backend } from "../../../host/reference/backends/backend.js";
import { batchOf } from "../../../host/reference/float/batch.js";
import { FloatNetwork } from "../../../host/reference/float/network.js";
import { evaluateFloat } from "../../../host/reference/float/train.js";
import { resolveSpec } from "../../../host/spec/network_spec.js";
import { evaluate } from "../../../host/train/evaluate.js";
import { type Digits, unpackDigits } from "../digits.js";
import { startBrowserBackend } from "./backends.js";
import type { Compared, ReferenceReply, ReferenceRequest } from "./protocol.js";

const BATCH = 16;
const TESTED = 100;
/** Float is tested after so many digits each. */
const TEST_EVERY = 256;

const port = globalThis as unknown as { postMessage(reply: ReferenceReply): void; onmessage: ((event: { readonly data: ReferenceRequest }) => void) | null };
const tell = (reply: ReferenceReply): void => port.postMessage(reply);

port.onmessage = ({ data }) => {
  void answer(data).catch((error: unknown) => tell({ type: "failed", message: error instanceof Error ? error.message : String(error) }));
};

async function answer({ spec, gzipped, exact, float }: ReferenceRequest): Promise<void> {
  const backend = await startBrowserBackend();
  if (!backend) return tell({ type: "absent", reason: "This browser offers neither WebGPU nor WebGL 2 with 32-bit floats." });
  tell({ type: "backend", name: backend.name === "webgpu" ? "WebGPU" : "WebGL 2", adapter: backend.adapter });
  const digits = await unpackDigits(gzipped);
  await compareExactly(backend, spec, digits, exact);
  await learnBeside(backend, spec, digits, float);
}

async function compareExactly(backend: Backend, spec: ReferenceRequest["spec"], { train }: Digits, steps: number): Promise<void> {
  const sums = (difference: Difference): Compared => ({ compared: difference.compared, differing: difference.differing });
  const reply = (done: number, { layers, readout }: ParityMark, finished: boolean): ReferenceReply => ({
    type: "exact", done, finished,
    layers: layers.map(({ preActivations, goodness, coefficients, weights }) => ({ sums: sums(preActivations), goodness: sums(goodness), coefficients: sums(coefficients), weights: sums(weights) })),
    readout: readout && { compared: readout.logits.compared + readout.weights.compared, differing: readout.logits.differing + readout.weights.differing },
  });
  const found = await compareSteps(backend, resolveSpec(spec), train, { steps, builds: ["scalar"], onProgress: (done, soFar) => tell(reply(done, soFar(), false)) });
  tell(reply(steps, found, true));
}

/** The same digits in the same order: the chip's integers one by one, float in batches. */
async function learnBeside(backend: Backend, spec: ReferenceRequest["spec"], { train, test }: Digits, samples: number): Promise<void> {
  const chip = Network.create(spec);
  const float = await FloatNetwork.create(backend, resolveSpec(spec));
  const part = take(test, 0, TESTED);
  const order = Uint32Array.from({ length: samples }, (_, index) => index % train.count);
  for (let from = 0; from < samples; from += BATCH) {
    const to = Math.min(from + BATCH, samples);
    await float.train(batchOf(train, order, from, to));
    for (let at = from; at < to; at++) chip.train(frame(train, order[at]!), train.labels[order[at]!]!);
    if (to % TEST_EVERY === 0 || to === samples) {
      const theirs = await evaluateFloat(float, part, { evaluateBatch: TESTED });
      const ours = evaluate(chip, part).testError;
      tell({ type: "float", samples: to, chip: ours.goodness ?? 0, float: theirs.goodness ?? 0, tested: part.count, finished: to === samples });
    }
    await platform.turn();
  }
  float.dispose();
}
