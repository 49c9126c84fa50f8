/** One case of the differential fuzzer: a network, data, and how the work is cut. Needs nothing of the host. */
import fc from "fast-check";
import { Network } from "../oracle/network.js";
import { encodeSpec, type Spec } from "../oracle/spec.js";
import { comparePredictions, compareState, overwriteWeights, writeFrame } from "./compare.js";
import { BUILDS, Instance } from "./instance.js";
import { randomSpec } from "./random-spec.js";
import { SparseSamples } from "./samples.js";

export interface FuzzCase {
  spec: Spec;
  samples: number;
  dataSeed: number;
  /** Starts from weights of full range, most of them at a bound. */
  fullRange: boolean;
  /** Largest piece of work, in multiply-adds, of the engines that work in pieces. */
  largestPiece: number;
}

export function randomCase(): fc.Arbitrary<FuzzCase> {
  return fc.record({ spec: randomSpec(), samples: fc.integer({ min: 1, max: 8 }), dataSeed: fc.integer(), fullRange: fc.boolean(), largestPiece: fc.integer({ min: 1, max: 2000 }) });
}

/** Throws at the first number that differs between the oracle, both builds, and both builds working in pieces. `tamper` sees the engines before the comparison. */
export function runCase({ spec, samples, dataSeed, fullRange, largestPiece }: FuzzCase, tamper: (engine: Instance) => void = () => undefined): void {
  const data = new SparseSamples(spec, dataSeed);
  const oracle = new Network(spec);
  const block = encodeSpec(spec);
  const engines = BUILDS.flatMap((build) => [true, false].map((inPieces) => ({ name: `${build} build${inPieces ? ", in pieces" : ""}`, inPieces, engine: new Instance(build, block) })));
  if (fullRange) overwriteWeights(oracle, engines.map(({ engine }) => engine), data);
  for (let index = 0; index < samples; index++) {
    const { frame, label } = data.next();
    oracle.train(frame, label);
    for (const { engine, inPieces } of engines) {
      writeFrame(engine, frame);
      if (inPieces) {
        engine.exports.begin_train(label);
        engine.workInPieces(largestPiece, () => data.random());
      } else engine.exports.train(label);
    }
  }
  const { frame } = data.next();
  for (const { name, engine } of engines) {
    tamper(engine);
    try {
      compareState(oracle, engine);
      comparePredictions(oracle, engine, frame);
    } catch (error) {
      throw new Error(`${name}: ${(error as Error).message}`, { cause: error });
    }
  }
}

export interface FuzzResult {
  cases: number;
  failure: { seed: number; path: string; error: string; found: FuzzCase } | null;
}

/** Runs `cases` random cases of a seed; a failing one is shrunk. With `path` it runs the one case that the path leads to. */
export function fuzz(seed: number, cases: number, path?: string, tamper?: (engine: Instance) => void): FuzzResult {
  const details = fc.check(fc.property(randomCase(), (candidate) => runCase(candidate, tamper)), { seed, numRuns: cases, ...(path !== undefined && { path, endOnFailure: true }) });
  if (!details.failed) return { cases: details.numRuns, failure: null };
  const error = details.errorInstance instanceof Error ? details.errorInstance.message : String(details.errorInstance);
  return { cases: details.numRuns, failure: { seed: details.seed, path: details.counterexamplePath ?? "", error, found: details.counterexample![0] } };
}
