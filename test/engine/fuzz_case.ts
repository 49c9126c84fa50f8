/** One case of the differential fuzzer: a network, data, and how the work is cut. Needs nothing of the host. */
import fc from "fast-check";
import { OK } from "../../assembly/abi/status.js";
import { Network } from "../oracle/network.js";
import { encodeSpec, type Spec } from "../oracle/spec.js";
import { boxOf, serve } from "./box_server.js";
import { comparePredictions, compareState, overwriteState, predictionsOf, writeSample } from "./compare.js";
import { type Build, BUILDS, Instance } from "./instance.js";
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

export function randomCase(spec: fc.Arbitrary<Spec> = randomSpec()): fc.Arbitrary<FuzzCase> {
  return fc.record({ spec, samples: fc.integer({ min: 1, max: 8 }), dataSeed: fc.integer(), fullRange: fc.boolean(), largestPiece: fc.integer({ min: 1, max: 2000 }) });
}

export interface Builds {
  builds: readonly Build[];
  /** Sees each engine before the comparison. */
  tamper?: ((engine: Instance) => void) | undefined;
}

/** Throws at the first number that differs between the oracle, the builds, and the builds working in pieces. */
export function runCase({ spec, samples, dataSeed, fullRange, largestPiece }: FuzzCase, { builds, tamper }: Builds = { builds: BUILDS }): void {
  const data = new SparseSamples(spec, dataSeed);
  const box = boxOf(spec);
  const oracle = new Network(spec, box);
  const block = encodeSpec(spec);
  const engines = builds.flatMap((build) => [true, false].map((inPieces) => ({ name: `${build} build${inPieces ? ", in pieces" : ""}`, inPieces, engine: new Instance(build, block) })));
  for (const { engine } of engines) serve(engine, spec, box);
  if (fullRange) overwriteState(oracle, engines.map(({ engine }) => engine), data);
  for (let index = 0; index < samples; index++) {
    const { frame, label, given } = data.next();
    oracle.train(frame, label, given);
    for (const { engine, inPieces } of engines) {
      writeSample(engine, frame, given);
      if (inPieces) {
        expectOk(engine.exports.begin_train(label));
        engine.workInPieces(largestPiece, () => data.random());
      } else engine.train(label);
    }
  }
  for (const { engine } of engines) tamper?.(engine);
  for (const { name, engine } of engines) {
    named(name, () => compareState(oracle, engine));
  }
  const predictions = predictionsOf(oracle, data.next().frame);
  for (const { name, engine } of engines) {
    named(name, () => comparePredictions(oracle, engine, predictions));
    named(name, () => compareState(oracle, engine));
  }
}

/** Says in a failure where it was. */
function named(name: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    throw new Error(`${name}: ${(error as Error).message}`, { cause: error });
  }
}

function expectOk(status: number): void {
  if (status !== OK) throw new Error(`begin_train returned ${status}`);
}

export interface FuzzResult {
  cases: number;
  failure: { seed: number; path: string; error: string; found: FuzzCase } | null;
}

export interface FuzzOptions extends Partial<Builds> {
  seed: number;
  cases: number;
  /** Runs the one case that the path leads to. */
  path?: string | undefined;
  /** Leaves a failing case as it was found. */
  noShrinking?: boolean;
  /** The networks: random ones of the core when left out. */
  spec?: fc.Arbitrary<Spec>;
}

/** Runs random cases of a seed; a failing one is shrunk, unless it is replayed. */
export function fuzz({ seed, cases, path, spec, builds = BUILDS, tamper, noShrinking = false }: FuzzOptions): FuzzResult {
  const property = fc.property(randomCase(spec), (candidate) => runCase(candidate, { builds, tamper }));
  const details = fc.check(property, { seed, numRuns: cases, endOnFailure: noShrinking || path !== undefined, ...(path !== undefined && { path }) });
  if (!details.failed) return { cases: details.numRuns, failure: null };
  const error = details.errorInstance instanceof Error ? details.errorInstance.message : String(details.errorInstance);
  return { cases: details.numRuns, failure: { seed: details.seed, path: details.counterexamplePath ?? "", error, found: details.counterexample![0] } };
}
