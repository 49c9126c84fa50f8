import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { type Command, Option } from "commander";
import type { Build } from "../engine/artefacts.js";
import { Network } from "../engine/network.js";
import { MayflyError } from "../errors.js";
import { bounded } from "../stream/queue.js";
import { openStream, type OpenStreamOptions, SOURCE_HELP } from "../stream/open.js";
import { StreamSession } from "../stream/session.js";
import type { Source } from "../stream/source.js";
import { buildOption, helpOption, positive, whole, wholeFrom } from "./flags.js";
import { interruptible } from "./interrupt.js";
import { say, sayJson } from "./output.js";
import { openStreamModel, saveStreamModel, type StreamModelFacts } from "./stream_model.js";
import { addStreamNetworkOptions, checkStreamFlags, streamSpec, type StreamNetworkFlags } from "./stream_network.js";
import { checkRateFlags, checkSourceFlags } from "./stream_source.js";
import { openStreamView, summaryLines, type StreamView } from "./stream_view.js";

type StreamFlags = StreamNetworkFlags & {
  channels?: number;
  gain?: number;
  labelColumn?: string;
  timeColumn?: string;
  format: "text" | "s16le";
  baud: number;
  reconnect: number;
  pace?: number;
  seconds?: number;
  frames?: number;
  queue?: number;
  overflow?: "block" | "drop";
  train: boolean;
  trainFor?: number;
  by: "goodness" | "readout";
  recent: number;
  every: number;
  save?: string;
  saveEvery: number;
  resume?: string;
  build: Build | "auto";
  json?: boolean;
};

export function addStreamCommand(program: Command): void {
  const command = program.command("stream")
    .summary("learn from a live signal")
    .description("Takes samples of a signal as they come, makes windows and features of them on the (simulated) device, tests the network on every frame and then lets it learn from it. What is lost, missing or wrong in the signal is counted.")
    .argument("<source>", SOURCE_HELP)
    .addHelpOption(helpOption().helpGroup("Run:"));
  addStreamNetworkOptions(command);
  command
    .optionsGroup("Source:")
    .option("--sample-rate <hertz>", "samples a second, where the source does not say; times are checked against it", positive)
    .option("--channels <n>", "values of a sample (default: of the first row)", wholeFrom(1))
    .option("--gain <number>", "values of text are multiplied by it, then rounded to i16, e.g. 4096 for g at ±8 g (default: 1)", positive)
    .option("--label-column <name>", "column (name, or index from 0) or JSON field with the label")
    .option("--time-column <name>", "column or JSON field with the time in seconds: gaps and another rate are noticed")
    .addOption(new Option("--format <name>", "of stdin, a port or a file: lines of text (CSV or JSON), or raw i16, little endian").choices(["text", "s16le"]).default("text"))
    .option("--baud <n>", "speed of a serial port", wholeFrom(1), 115200)
    .option("--reconnect <seconds>", "wait so long for a port that has vanished", whole, 0)
    .option("--pace <factor>", "synthetic: so many times as fast as time (default: as fast as the network takes it)", positive)
    .option("--queue <samples>", "samples read ahead (default: 4 s of the signal, or 4096)", wholeFrom(1))
    .addOption(new Option("--overflow <way>", "when the queue is full: block the source, or drop the oldest and count them (default: drop for ports and paced signals, block for files and pipes)").choices(["block", "drop"]))
    .optionsGroup("Run:")
    .option("--no-train", "only test")
    .option("--train-for <frames>", "learn from so many frames, the alarm threshold included; then only test", whole)
    .addOption(new Option("--by <way>", "with --learn labels: predict by goodness or by the readout").choices(["goodness", "readout"]).default("goodness"))
    .option("--seconds <n>", "end after so many seconds of signal", positive)
    .option("--frames <n>", "end after so many frames", wholeFrom(1))
    .option("--recent <frames>", "frames of the sliding window of all rates shown", wholeFrom(1), 200)
    .option("--every <frames>", "without a terminal: a line every so many frames", wholeFrom(1), 500)
    .option("--save <file>", "write the model there, whole or not at all, every so often, at the end and on Ctrl-C")
    .option("--save-every <seconds>", "write it at least so often", wholeFrom(1), 60)
    .option("--resume <file>", "go on with a saved model, bit for bit; it is saved there again unless --save says otherwise")
    .addOption(buildOption())
    .option("--json", "print JSON lines on stdout: progress, alarms, gaps, and the summary at the end")
    .addHelpText("after", `
Examples:
  mayfly stream synthetic:bearings,fault=inner,onset=150 --seconds 210 --train-for 4000
  mayfly stream synthetic:activities --learn labels --window 128 --hop 16 --bands 20 --low 0.5 --high 12 --objective classwise --layers 60,60 --seconds 3600
  mayfly stream synthetic:keywords --learn labels --window 256 --bands 20 --low 200 --high 3800 --mel --frames-deep 12 --objective classwise --layers 96,96 --seconds 300
  mayfly stream vibration.wav --bands 32 --train-for 5000 --save machine.mayfly
  mayfly stream new.wav --resume machine.mayfly --no-train --json
  mayfly stream - --learn labels --classes 6 --sample-rate 50 --time-column t --label-column activity --gain 8192 < log.csv
  mayfly stream serial:/dev/ttyUSB0 --baud 230400 --sample-rate 400 --reconnect 30 --save pump.mayfly`);
  command.action((source: string, flags: StreamFlags) => run(command, source, flags));
}

async function run(command: Command, name: string, flags: StreamFlags): Promise<void> {
  checkStreamFlags(command, flags);
  checkSourceFlags(command, name, flags);
  if (!flags.train && flags.trainFor !== undefined) throw new MayflyError("--no-train and --train-for say different things: leave one of them out", 2);
  const path = flags.save ?? flags.resume;
  if (flags.save !== undefined && flags.save !== flags.resume && existsSync(flags.save)) throw new MayflyError(`${flags.save} is there already: go on with it by --resume ${flags.save}, or save elsewhere`, 2);
  // Found out now, and not when the stream has ended.
  if (path !== undefined && !existsSync(dirname(path))) throw new MayflyError(`cannot save in ${path}: the folder does not exist`, 2);
  const resumed = flags.resume === undefined ? null : await openStreamModel(flags.resume, flags.build);
  await interruptible(async (signal) => {
    const source = await openStream(name, { ...sourceOptions(flags, resumed?.facts ?? null), signal }).catch((error: unknown) => {
      throw signal.aborted ? new MayflyError("interrupted before the first sample", 1, error) : error;
    });
    const rate = source.rate ?? flags.sampleRate ?? resumed?.facts?.rate ?? null;
    checkRateFlags(source, rate, flags);
    if (resumed?.facts?.rate && rate && resumed.facts.rate !== rate) throw new MayflyError(`${flags.resume} has learned at ${resumed.facts.rate} Hz, and ${source.name} has ${rate} Hz: resample it, or start a new model`, 1);
    const network = resumed?.network ?? Network.create(streamSpec(flags, source, rate), { build: flags.build });
    StreamSession.check(network, source);
    const labels = resumed?.facts?.labels ?? source.labels;
    const session = new StreamSession(network, { train: flags.train, trainFor: flags.trainFor, by: flags.by, recent: flags.recent });
    const facts = (): StreamModelFacts => ({ rate, labels: labels ? [...labels] : null, source: source.name });
    const save = async (): Promise<void> => {
      if (path !== undefined) await saveStreamModel(path, network.checkpoint(), facts());
    };
    const view = openStreamView({ network, source, rate, labels, json: flags.json === true, every: flags.every });
    try {
      await follow(session, source, rate, flags, signal, view, save);
    } finally {
      // Whatever ended the stream, what was learned is kept; and whether it could be kept or not, the summary is told.
      view.end();
      let saved: string | null = null;
      try {
        await save();
        saved = path ?? null;
      } finally {
        const summary = session.summary();
        if (flags.json) sayJson({ type: "end", ...summary, weightsHash: network.weightsHash(), interrupted: signal.aborted, saved });
        else for (const line of summaryLines(summary, session)) say(line);
        if (saved !== null) say(`saved in ${saved}`);
      }
    }
  });
}

function sourceOptions(flags: StreamFlags, facts: StreamModelFacts | null): OpenStreamOptions {
  const column = (text: string | undefined): string | number | undefined => (text !== undefined && /^-?[0-9]+$/.test(text) ? Number(text) : text);
  return {
    channels: flags.channels, gain: flags.gain, rate: flags.sampleRate ?? facts?.rate, labels: facts?.labels ?? undefined, labelColumn: column(flags.labelColumn), timeColumn: column(flags.timeColumn),
    format: flags.format, seconds: flags.seconds, pace: flags.pace, baudRate: flags.baud, reconnectSeconds: flags.reconnect,
  };
}

const DEFAULT_QUEUE = 4096;
const QUEUE_SECONDS = 4;

async function follow(session: StreamSession, source: Source, rate: number | null, flags: StreamFlags, signal: AbortSignal, view: StreamView, save: () => Promise<void>): Promise<void> {
  const most = flags.queue ?? (rate === null ? DEFAULT_QUEUE : Math.ceil(QUEUE_SECONDS * rate));
  const live = flags.pace !== undefined || source.name.startsWith("/dev/") || /^COM[0-9]+$/.test(source.name);
  const end = flags.seconds !== undefined && rate !== null ? flags.seconds * rate : Infinity;
  let samples = 0, frames = 0, saved = performance.now();
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  try {
    for await (const item of bounded(source.items(both), source.channels, most, flags.overflow ?? (live ? "drop" : "block"), both)) {
      if (item.type === "gap") view.gap(item);
      else samples += item.samples.length / source.channels;
      for (const event of session.take(item)) {
        frames++;
        view.frame(event, session, frames);
        if (frames >= (flags.frames ?? Infinity)) return;
      }
      if (performance.now() - saved > flags.saveEvery * 1000) {
        await save();
        saved = performance.now();
      }
      if (samples >= end) return;
    }
  } finally {
    stop.abort();
  }
}

