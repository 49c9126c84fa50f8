/** One training job as firmware in QEMU, beside the same job in the engine here. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Network } from "../../host/engine/network.js";
import { describeStatus } from "../../host/engine/status.js";
import { MayflyError } from "../../host/errors.js";
import { type Kernels, packCLibrary } from "../../host/pack_c/c_library.js";
import { temporaryFolder } from "../../host/runtimes/files.js";
import type { NetworkSpecInput } from "../../host/spec/network_spec.js";
import { type BuildOptions, type FirmwareSizes, buildFirmware } from "./build.js";
import { type Report, type Sample, readPieces, readReport, writeJob } from "./job.js";
import type { Machine } from "./machines.js";
import { type Profile, PIECE_UNITS, profileOf } from "./profile.js";
import { runFirmware } from "./run.js";

export interface FirmwareRun {
  /** Of the weights in the checkpoint that the firmware wrote, and of the engine's here. */
  readonly weightsHash: string;
  readonly expectedHash: string;
  /** Whether the whole checkpoints are equal: weights, counters, random generators. */
  readonly sameCheckpoint: boolean;
  /** SHA-256 of the firmware's checkpoint. */
  readonly checkpointHash: string;
  readonly report: Report;
  readonly sizes: FirmwareSizes;
  /** Only of networks of one layer, of at most PIECE_UNITS units. */
  readonly profile: Profile | null;
}

export async function simulateFirmware(machine: Machine, spec: NetworkSpecInput, samples: readonly Sample[], options: BuildOptions & { kernels?: Kernels } = {}): Promise<FirmwareRun> {
  const network = Network.create(spec, { build: "scalar" });
  const { files } = await packCLibrary(network, { state: false, kernels: options.kernels });
  const pieces = network.spec.layers.length === 1 && (network.spec.layers[0]?.units ?? 0) <= PIECE_UNITS && network.spec.objective === "pair";
  const folder = await temporaryFolder();
  try {
    const { elf, sizes } = await buildFirmware(machine, files, folder.path, options);
    await writeJob(folder.path, samples, pieces);
    await runFirmware(machine, elf, folder.path);
    const report = await readReport(folder.path, machine);
    if (report.status !== 0) throw new MayflyError(`the firmware on ${machine.name} stopped: ${report.status < -999 ? `its job file is damaged (${report.status})` : describeStatus(report.status, report.detail)}`, 1);
    const checkpoint = new Uint8Array(await readFile(join(folder.path, "checkpoint.bin")));
    const profile = pieces ? profileOf(Network.create(spec, { build: "scalar" }), samples, await readPieces(folder.path, machine)) : null;
    for (const { frame, label } of samples) network.train(frame, label);
    const expected = network.checkpoint();
    return {
      weightsHash: Network.open(checkpoint, `the checkpoint that ${machine.name} wrote`).weightsHash(),
      expectedHash: network.weightsHash(),
      sameCheckpoint: Buffer.compare(checkpoint, expected) === 0,
      checkpointHash: createHash("sha256").update(checkpoint).digest("hex"),
      report, sizes, profile,
    };
  } finally {
    await folder.remove();
  }
}
