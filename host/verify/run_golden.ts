import { createHash } from "node:crypto";
import type { Build } from "../engine/artefacts.js";
import { PAGE_BYTES } from "../engine/memory_section.js";
import type { Runtime } from "../runtimes/runtime.js";
import { RuntimeNetwork, type Sample } from "../runtimes/runtime_network.js";
import { CLASSES, type GoldenJob, type GoldenNetwork } from "./golden.js";

/** How a golden job ended in a runtime. */
export interface GoldenResult {
  /** By network. */
  readonly weightsHashes: Readonly<Record<string, string>>;
  /** Over the hashes of the networks, in their order. */
  readonly weightsHash: string;
  /** Samples trained a second, by one network, once they are there. */
  readonly samplesPerSecond: number;
  /** Bytes of linear memory of an engine. */
  readonly memoryBytes: number;
}

/** What is timed: the last frame learned again, under one label after the other, which gives an update each time. */
const TIMED_CALLS = 2000;
const TIMED_CALLS_SLOW = 40;

export async function runGolden(runtime: Runtime, build: Build, job: GoldenJob, samples: readonly Sample[]): Promise<GoldenResult> {
  const results: NetworkResult[] = [];
  for (const network of job.networks) results.push(await runNetwork(runtime, build, job, network, samples));
  const weightsHashes = Object.fromEntries(job.networks.map(({ name }, index) => [name, results[index]!.weightsHash]));
  return {
    weightsHashes,
    weightsHash: combinedHash(weightsHashes),
    samplesPerSecond: results.length / results.reduce((sum, result) => sum + 1 / result.samplesPerSecond, 0),
    memoryBytes: Math.max(...results.map((result) => result.memoryBytes)),
  };
}

/** One hash for a job: over the hashes of its networks, in their order. */
export function combinedHash(weightsHashes: Readonly<Record<string, string>>): string {
  return createHash("sha256").update(Object.values(weightsHashes).join(" ")).digest("hex").slice(0, 16);
}

type NetworkResult = Omit<GoldenResult, "weightsHashes">;

async function runNetwork(runtime: Runtime, build: Build, job: GoldenJob, { spec }: GoldenNetwork, samples: readonly Sample[]): Promise<NetworkResult> {
  const first = await RuntimeNetwork.create(runtime, spec, { build });
  const checkpoint = await thenDispose(first, async () => {
    await first.train(samples.slice(0, job.checkpointAt));
    return first.checkpoint();
  });
  const second = await RuntimeNetwork.open(runtime, checkpoint, { build });
  return thenDispose(second, async () => {
    await second.train(samples.slice(job.checkpointAt));
    return { weightsHash: await second.weightsHash(), samplesPerSecond: await speed(second), memoryBytes: second.plan.pages * PAGE_BYTES };
  });
}

async function speed(network: RuntimeNetwork): Promise<number> {
  const calls = network.runtime.features.slow ? TIMED_CALLS_SLOW : TIMED_CALLS;
  // A runtime that runs everything again for each answer has that to do here too, without the calls that are timed.
  const before = await timed(() => network.samples());
  const all = await timed(() => network.trainInPlace(CLASSES, calls));
  return calls / Math.max(all - before, 1e-6);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

async function thenDispose<T>(network: RuntimeNetwork, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await network.dispose();
  }
}
