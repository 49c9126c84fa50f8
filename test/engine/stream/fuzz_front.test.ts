/** Differential fuzzing of the front end: engine builds against the oracle, sample by sample, through frames, training, alarms, gaps and restarts. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { REGION_FRAME, REGION_FRONT_BLOCK } from "../../../assembly/abi/region.js";
import { Network } from "../../oracle/network.js";
import { encodeSpec, hasTwoFrames, type Spec } from "../../oracle/spec.js";
import { boxOf, serve } from "../box_server.js";
import { checkpointOf } from "../checkpoint_image.js";
import { compareState, comparePredictions, predictionsOf, writeSample } from "../compare.js";
import { FULL_BUILDS, Instance } from "../instance.js";
import { SparseSamples } from "../samples.js";
import { randomFrontSpec, signalOf } from "./random_front.js";

interface Case {
  spec: Spec;
  seed: number;
  samples: number;
}

const cases = (): fc.Arbitrary<Case> => fc.record({ spec: randomFrontSpec(), seed: fc.integer(), samples: fc.integer({ min: 50, max: 500 }) });

/** What the run went through, for the test that all of it is tried. */
const seen = new Map<string, number>();
const saw = (what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1);

function expectSame(what: string, found: ArrayLike<number>, wanted: ArrayLike<number>): void {
  for (let i = 0; i < wanted.length; i++) if (found[i] !== wanted[i]) throw new Error(`${what}[${i}] is ${found[i]} in the engine, ${wanted[i]} in the oracle`);
}

function run({ spec, seed, samples }: Case, tamper?: (engine: Instance) => void): void {
  const front = spec.front!;
  const data = new SparseSamples(spec, seed);
  const next = signalOf(() => data.random(), front.channels);
  const box = boxOf(spec);
  const oracle = new Network(spec, box);
  const end = oracle.front!;
  const block = encodeSpec(spec);
  let engines = FULL_BUILDS.map((build) => new Instance(build, block));
  for (const engine of engines) serve(engine, spec, box);
  saw(front.kind);
  for (let taken = 0; taken < samples; ) {
    const chance = data.random() % 400;
    if (chance === 0) {
      saw("gap");
      end.gap();
      for (const engine of engines) expectSame("gap", [engine.exports.gap()], [0]);
    }
    if (chance === 1) {
      saw("restart");
      engines = engines.map((engine, index) => {
        const again = new Instance(FULL_BUILDS[index]!, block);
        serve(again, spec, box);
        again.open(engine.checkpoint());
        return again;
      });
    }
    // Value by value, or as many samples as fit.
    const rows = Math.min(front.hop, 64, end.wanted);
    const blockwise = end.pending.length === 0 && data.random() % 3 === 0;
    const values = Array.from({ length: blockwise ? (1 + (data.random() % rows)) * front.channels : 1 }, next);
    let wanted = 0;
    for (const value of values) wanted = end.push(value);
    for (const engine of engines) {
      if (blockwise) engine.region(REGION_FRONT_BLOCK).values.set(values);
      expectSame("push", [blockwise ? engine.exports.push_block(values.length / front.channels) : engine.exports.push(values[0]!)], [wanted]);
      expectSame("wanted", [engine.exports.samples_wanted()], [end.wanted]);
    }
    taken += blockwise ? values.length / front.channels : 1 / front.channels;
    if (wanted !== 1) continue;
    saw("frame");
    oracle.frame = end.history.slice();
    for (const engine of engines) {
      tamper?.(engine);
      expectSame("frame", engine.region(REGION_FRAME).values, end.history);
    }
    if (data.random() % 3 > 0) learn(oracle, engines, data);
  }
  for (const engine of engines) {
    compareState(oracle, engine);
  }
  const image = checkpointOf(oracle);
  for (const engine of engines) {
    expectSame("bytes of the checkpoint", [engine.checkpoint().length], [image.length]);
    expectSame("checkpoint", engine.checkpoint(), image);
  }
  if (end.saturated > 0) saw("saturated");
  if (end.clipped > 0) saw("clipped");
  if (end.alarms > 0) saw("alarm");
}

/** Predicts, judges and learns as a device would. */
function learn(oracle: Network, engines: readonly Instance[], data: SparseSamples): void {
  const { spec } = oracle;
  const end = oracle.front!;
  const frame = end.history.slice();
  const boxes = spec.layers.some(({ kind }) => kind === "box");
  const learns = data.random() % 4 > 0;
  const predictions = predictionsOf(oracle, frame);
  for (const engine of engines) comparePredictions(oracle, engine, predictions);
  if (end.front.alarm > 0 && !boxes) {
    // The last prediction may have been the readout's: its scores are what goodness left.
    for (const engine of engines) {
      engine.region(REGION_FRAME).values.set(frame);
      engine.exports.predict_goodness();
    }
    const scores = spec.recurrence ? [] : oracle.scoresByGoodness(frame);
    const alarm = end.alarm(hasTwoFrames(spec) ? scores[0]! : Math.max(...scores), learns);
    for (const engine of engines) {
      expectSame("alarm", [engine.exports.alarm(Number(learns))], [alarm]);
      expectSame("threshold", [engine.exports.alarm_threshold()], [Number(end.threshold >> 8n)]);
    }
  } else for (const engine of engines) engine.region(REGION_FRAME).values.set(frame);
  const { label, given } = data.next();
  oracle.train(frame, label, given);
  for (const engine of engines) {
    writeSample(engine, frame, given);
    engine.train(label);
  }
}

/** What has to be tried. Alarms are rare: a hundred cases may have none, and then another hundred follow. */
const EVENTS = ["raw", "statistics", "spectrum", "bank", "frame", "gap", "restart", "saturated", "clipped", "alarm"];
const MOST_ROUNDS = 5;

const environment = (name: string): string | undefined => process.env[`MAYFLY_FUZZ_${name}`] || undefined;

test("front ends agree with the oracle on random signals", () => {
  const seed = Number(environment("SEED") ?? Date.now() % 2 ** 31);
  const numRuns = Number(environment("CASES") ?? 100);
  const path = environment("PATH");
  console.log(`fuzz: seed ${seed}, ${numRuns} cases`);
  const isWhole = !path && numRuns >= 100;
  for (let round = 0; round === 0 || (isWhole && round < MOST_ROUNDS && EVENTS.some((what) => !seen.has(what))); round++) {
    const details = fc.check(fc.property(cases(), (candidate) => run(candidate)), { seed: seed + round, numRuns, endOnFailure: true, ...(path && { path }) });
    if (details.failed) {
      throw new Error(`${(details.errorInstance as Error)?.message}\n  case: ${JSON.stringify(details.counterexample?.[0])}\n  replay it: MAYFLY_FUZZ_SEED=${details.seed} MAYFLY_FUZZ_PATH=${details.counterexamplePath} npx vitest run test/engine/stream/fuzz_front.test.ts`);
    }
  }
  if (isWhole) for (const what of EVENTS) expect(seen.get(what) ?? 0, what).toBeGreaterThan(0);
}, 300_000);

test("a planted difference in one value of one frame is found", () => {
  const details = fc.check(fc.property(cases(), (candidate) => run(candidate, (engine) => (engine.region(REGION_FRAME).values[0]! ^= 1))), { seed: 1, numRuns: 20, endOnFailure: true });
  expect((details.errorInstance as Error)?.message).toMatch(/frame\[0\] is \d+ in the engine, \d+ in the oracle/);
});
