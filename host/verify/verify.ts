import { ALL_BUILDS, type Build } from "../engine/artefacts.js";
import { MayflyError } from "../errors.js";
import { RUNTIMES, type RuntimePaths, runtimeKind } from "../runtimes/registry.js";
import type { Runtime } from "../runtimes/runtime.js";
import type { Sample } from "../runtimes/runtime_network.js";
import { GOLDEN_JOB, type GoldenJob, goldenSamples, SHORT_JOB } from "./golden.js";
import { GOLDEN_HASHES } from "./golden_hashes.js";
import { combinedHash, type GoldenResult, runGolden } from "./run_golden.js";

/** One build in one runtime. */
export interface VerifyRun {
  readonly runtime: string;
  readonly version: string;
  readonly build: Build;
  /** "full", or "short" in an interpreter. */
  readonly job: string;
  /** One for the whole job, and one for each of its networks; null when it failed. */
  readonly weightsHash: string | null;
  readonly weightsHashes: Readonly<Record<string, string>> | null;
  /** Training speed; V8 with SIMD in this process is 1. Null when it failed. */
  readonly relativeSpeed: number | null;
  /** Linear memory of the engine. */
  readonly memoryBytes: number | null;
  readonly equal: boolean;
  /** Why it failed. */
  readonly error?: string;
}

export interface VerifyReport {
  /** What every run must end with, by job. */
  readonly expected: Readonly<Record<string, string>>;
  readonly runs: readonly VerifyRun[];
  /** Runtimes that are not on this machine. */
  readonly missing: readonly string[];
  /** Of those, the ones that stand in no one's stead: see REQUIRED. */
  readonly missingRequired: readonly string[];
}

/** What must be there for a proof: compilers and an interpreter that share no code. One of each group will do. */
export const REQUIRED: readonly (readonly string[])[] = [["v8"], ["v8-baseline"], ["v8-newer", "jsc"], ["chromium"], ["wasmtime-npm", "wasmtime"], ["node-wasi"], ["wabt"]];

export interface VerifyOptions {
  /** Names of runtimes; default all. */
  readonly runtimes?: readonly string[] | undefined;
  readonly paths?: RuntimePaths;
  /** Hears of each run as it ends. */
  readonly onRun?: (run: VerifyRun) => void;
}

/** Runs the golden job in every build in every runtime that is found. A runtime that fails is a run that is not equal. */
export async function verify({ runtimes = RUNTIMES.map(({ name }) => name), paths = {}, onRun }: VerifyOptions = {}): Promise<VerifyReport> {
  const kinds = runtimes.map(runtimeKind);
  const reference = new Reference();
  const runs: VerifyRun[] = [];
  const missing: string[] = [];
  for (const kind of kinds) {
    const runtime = await kind.find(paths[kind.name]);
    if (!runtime) {
      missing.push(kind.name);
      continue;
    }
    try {
      for (const build of ALL_BUILDS) {
        if ((build === "simd" && !runtime.features.simd) || (build === "relaxed" && !runtime.features.relaxedSimd)) continue;
        const run = await verifyBuild(runtime, build, reference);
        runs.push(run);
        onRun?.(run);
      }
    } finally {
      await runtime.close();
    }
  }
  const missingRequired = REQUIRED.filter((group) => group.every((name) => missing.includes(name))).map((group) => group.join(" or "));
  return { expected: Object.fromEntries(Object.keys(GOLDEN_HASHES).map((job) => [job, expectedHash(job)])), runs, missing, missingRequired };
}

async function verifyBuild(runtime: Runtime, build: Build, reference: Reference): Promise<VerifyRun> {
  const job = runtime.features.slow ? SHORT_JOB : GOLDEN_JOB;
  const run = { runtime: runtime.name, version: runtime.version, build, job: job.name };
  try {
    const one = await reference.of(job);
    const result = runtime.name === "v8" && build === "simd" ? one : await runGolden(runtime, build, job, await reference.samples(job));
    const { weightsHash, weightsHashes, memoryBytes } = result;
    return { ...run, weightsHash, weightsHashes, memoryBytes, relativeSpeed: Number((result.samplesPerSecond / one.samplesPerSecond).toPrecision(2)), equal: weightsHash === expectedHash(job.name) };
  } catch (error) {
    if (!(error instanceof MayflyError)) throw error;
    return { ...run, weightsHash: null, weightsHashes: null, memoryBytes: null, relativeSpeed: null, equal: false, error: error.message };
  }
}

function expectedHash(job: string): string {
  return combinedHash(GOLDEN_HASHES[job] ?? {});
}

/** V8 with SIMD in this process: what speeds are relative to. Each job is run once. */
class Reference {
  private readonly results = new Map<string, Promise<GoldenResult>>();
  private readonly data = new Map<string, Promise<Sample[]>>();

  of(job: GoldenJob): Promise<GoldenResult> {
    return remembered(this.results, job.name, async () => {
      const here = (await runtimeKind("v8").find())!;
      return runGolden(here, here.features.simd ? "simd" : "scalar", job, await this.samples(job));
    });
  }

  samples(job: GoldenJob): Promise<Sample[]> {
    return remembered(this.data, job.name, () => goldenSamples(job));
  }
}

function remembered<T>(known: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const found = known.get(key) ?? make();
  known.set(key, found);
  return found;
}
