/**
 * What the stages of a network's training step take in processor time, all in this thread: other programs that take the cores in between do not count.
 * From that, what dividing the layers or the units comes to when every thread has a core. For bench/threads.mjs.
 */
import type { Dataset } from "../host/data/dataset.js";
import { Network } from "../host/engine/network.js";
import type { NetworkSpecInput } from "../host/spec/network_spec.js";
import { timeAlone } from "../host/threads/divide_layers.js";
import { Doorbells } from "../host/threads/doorbells.js";
import { allocateStreams } from "../host/threads/pipeline.js";
import { canDivideUnits } from "../host/threads/own_units.js";
import { bestShares, timeOfShares } from "../host/threads/shares.js";
import { StagedNetwork } from "../host/threads/staged_network.js";
import { StageRunner } from "../host/threads/stage_runner.js";
import { Streams } from "../host/threads/streams.js";
import { allocateUnits, UnitRunner } from "../host/threads/unit_runner.js";

/** Milliseconds of processor time that this process has taken. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Trains `blocks` blocks of 1,000 samples; the stages' times in the last of them, µs, and for each number of threads how many times faster than one they are on paper. */
export function stageTimes(spec: NetworkSpecInput, data: Dataset, blocks: number, threads: readonly number[]) {
  const network = Network.create(spec, { size: "full" });
  const streams = new Streams(allocateStreams(network));
  const runner = new StageRunner(new StagedNetwork(network), streams, new Doorbells(Doorbells.allocate(1)));
  const size = network.frame.length;
  const wallClock = performance.now;
  // Nobody else is in this thread, and nothing else of the process works meanwhile.
  performance.now = processorTime;
  try {
    for (let block = 0; ; block++) {
      const [from, to] = [block * 1000, (block + 1) * 1000];
      const samples = { count: 1000, step: from, labels: data.labels.subarray(from, to), frames: data.frames.subarray(from * size, to * size), negatives: null, targets: null };
      streams.reset();
      const { stages } = runner.run(samples, { thread: 0, owners: network.spec.layers.map(() => 0), rounds: null });
      if (block + 1 < blocks) continue;
      const times = stages.map((layer) => layer!);
      // What threads repeat that divide units are pieces of a microsecond, shorter than a look at the processor's time: by the clock, and all units in one thread.
      performance.now = wallClock;
      const repeated = canDivideUnits(network.spec) ? timeAlone(new UnitRunner(network, 0, 1, allocateUnits(network, 1), new Doorbells(Doorbells.allocate(1))).run({ ...samples, step: to }).repeated!) : 0;
      const onPaper = threads.map((count) => {
        const shares = bestShares(network.spec, times, repeated, count);
        return { threads: count, speedup: timeAlone(times) / timeOfShares(network.spec, times, repeated, shares), owners: shares.owners };
      });
      return { stages: times.map((layer) => Object.fromEntries(Object.entries(layer).map(([name, time]) => [name, Math.round(time * 10_000) / 10]))), repeated: Math.round(repeated * 10_000) / 10, onPaper };
    }
  } finally {
    performance.now = wallClock;
  }
}
