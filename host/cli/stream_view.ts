/** What `mayfly stream` shows: a live view on a terminal, now and then a line elsewhere, JSON lines when asked. */
import { clearScreenDown, cursorTo, moveCursor } from "node:readline";
import type { Network } from "../engine/network.js";
import type { GapItem, Source } from "../stream/source.js";
import type { FrameEvent, SessionSummary, StreamSession } from "../stream/session.js";
import { bytesText, count, percent, say, sayJson, style } from "./output.js";

export interface StreamView {
  frame(event: FrameEvent, session: StreamSession, frames: number): void;
  gap(gap: GapItem): void;
  end(): void;
}

export interface ViewOptions {
  readonly network: Network;
  readonly source: Source;
  readonly rate: number | null;
  readonly labels: readonly string[] | null;
  readonly json: boolean;
  readonly every: number;
}

const REFRESH_MS = 100;
const BARS = "▁▂▃▄▅▆▇█";
/** Gaps are told one by one only so often. */
const TOLD = 20;
/** An alarm is told when so many frames before it had none. */
const QUIET = 100;

export function openStreamView(options: ViewOptions): StreamView {
  const { network, source, rate } = options;
  const { stream } = network.spec;
  say(style.bold(`${source.name}: ${source.channels} channel${source.channels === 1 ? "" : "s"}${rate === null ? "" : `, ${count(rate)} Hz`}`));
  say(`${stream!.features}, window ${stream!.window}, hop ${stream!.hop}${rate === null ? "" : ` (${((1000 * stream!.hop) / rate).toFixed(1)} ms)`}; ${network.frame.length}-${network.spec.layers.map(({ units }) => units).join("-")}, ${bytesText(network.plan.bytes.total)}, ${network.build} engine${network.samples > 0 ? `; resumed after ${count(network.samples)} frames` : ""}`);
  if (options.json) return jsonView(options);
  return process.stderr.isTTY ? terminalView(options) : plainView(options);
}

const nameOf = (labels: readonly string[] | null, label: number | null): string => (label === null ? "?" : labels?.[label] ?? String(label));
const share = (value: number | null): string => (value === null ? "–" : percent(100 * value));

/** The state of things in a line. */
function stateLine(summary: SessionSummary): string {
  const { front, losses } = summary;
  const parts = [
    front.warmupLeft > 0 ? `warming up, ${front.warmupLeft} windows to go` : `${count(summary.frames)} frames, ${count(summary.trained)} learned`,
    ...(summary.error === null ? [] : [`wrong ${percent(summary.recentError)} of late, ${percent(summary.error)} in all`]),
    ...(summary.recentScore === null ? [] : [`score ${summary.recentScore.toFixed(1)}`]),
    ...(summary.threshold === null || summary.frames === 0 ? [] : [`threshold ${summary.threshold.toFixed(1)}`, `alarms ${share(summary.recentAlarmRate)} of late`]),
    ...(losses.gaps > 0 ? [`${count(losses.gaps)} gaps (${count(losses.lostSamples)} samples lost, ${count(losses.badSamples)} bad)`] : []),
  ];
  return parts.join(", ");
}

function plainView({ every, labels }: ViewOptions): StreamView {
  let gaps = 0, quiet = QUIET;
  return {
    frame(event, session, frames) {
      if (event.alarm && quiet >= QUIET) say(`frame ${frames}: ALARM, score ${event.score.toFixed(1)}${event.label === null ? "" : ` (${nameOf(labels, event.label)})`}`);
      quiet = event.alarm ? 0 : quiet + 1;
      if (frames % every === 0) say(stateLine(session.summary()));
    },
    gap({ reason }) {
      if (++gaps <= TOLD) say(`gap: ${reason}${gaps === TOLD ? " (further gaps are counted, not told)" : ""}`);
    },
    end() {},
  };
}

function jsonView({ every }: ViewOptions): StreamView {
  let frames = 0;
  return {
    frame(event, session, done) {
      frames = done;
      if (event.alarm) sayJson({ type: "alarm", frame: frames, score: event.score, label: event.label });
      if (frames % every === 0) sayJson({ type: "progress", ...session.summary() });
    },
    gap({ kind, reason, samples }) {
      sayJson({ type: "gap", frame: frames, kind, reason, samples });
    },
    end() {},
  };
}

function terminalView({ labels }: ViewOptions): StreamView {
  const out = process.stderr;
  const scores: { score: number; alarm: boolean }[] = [];
  let drawn = 0, last = -Infinity, latest: { event: FrameEvent; session: StreamSession } | null = null, reason = "";
  const clear = (): void => {
    if (drawn === 0) return;
    moveCursor(out, 0, -drawn);
    cursorTo(out, 0);
    clearScreenDown(out);
    drawn = 0;
  };
  const draw = (): void => {
    if (!latest) return;
    clear();
    const width = Math.max(20, out.columns || 80);
    const { event, session } = latest;
    const shown = scores.slice(-(width - 2));
    const [low, high] = [Math.min(...shown.map(({ score }) => score)), Math.max(...shown.map(({ score }) => score))];
    const bar = ({ score, alarm }: { score: number; alarm: boolean }): string => {
      const character = BARS[Math.round(((score - low) / Math.max(high - low, 1e-9)) * (BARS.length - 1))]!;
      return alarm ? style.red(character) : character;
    };
    const now = event.alarm ? style.red(style.bold("ALARM")) : event.predicted === null ? "normal" : `${nameOf(labels, event.predicted)}${event.label === null ? "" : event.predicted === event.label ? " ✓" : ` ✗ it is ${nameOf(labels, event.label)}`}`;
    const lines = [shown.map(bar).join(""), `now ${now}, score ${event.score.toFixed(1)}`, ...wrapped(stateLine(session.summary()), width - 1), ...(reason === "" ? [] : [style.dim(`last gap: ${reason}`.slice(0, width - 1))])];
    out.write(`${lines.join("\n")}\n`);
    drawn = lines.length;
  };
  return {
    frame(event, session) {
      scores.push({ score: event.score, alarm: event.alarm === true });
      if (scores.length > 1000) scores.splice(0, 500);
      latest = { event, session };
      if (performance.now() - last < REFRESH_MS) return;
      last = performance.now();
      draw();
    },
    gap(gap) {
      reason = gap.reason;
    },
    end: draw,
  };
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const part of text.split(", ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + part.length + 2 <= width) lines[lines.length - 1] = `${last}, ${part}`;
    else lines.push(part.slice(0, width));
  }
  return lines;
}

/** The end of a stream, for people. */
export function summaryLines(summary: SessionSummary, { network }: StreamSession): string[] {
  const { front, losses } = summary;
  const some = (value: number, text: string): string[] => (value > 0 ? [`${count(value)} ${text}`] : []);
  const lost = [
    ...some(losses.lostSamples, "samples lost"), ...some(losses.badSamples, "samples bad"), ...some(losses.gaps, "gaps"), ...some(losses.unknownLabels, "samples with a label that the network does not have"),
    ...some(losses.unlabelledFrames, "frames without a label, not learned"), ...some(front.clipped, "values at the end of the sensor's range"), ...some(front.saturated, "feature values saturated"),
  ];
  return [
    `${count(front.samples)} samples, ${count(front.windows)} windows, ${count(summary.frames)} frames tested, ${count(summary.trained)} learned`,
    ...(lost.length > 0 ? [lost.join(", ")] : []),
    ...(summary.frames === 0 ? [`nothing was tested or learned: ${front.windows === 0 ? `no window of ${count(network.spec.stream!.window)} samples was whole (--window)` : front.warmupLeft > 0 ? `the warm-up had ${count(front.warmupLeft)} windows to go (--warmup)` : `no frame was whole`}`] : []),
    ...(summary.error === null ? [] : [style.bold(`wrong before it learned: ${percent(summary.error)} of ${count(summary.labelled)} frames, ${percent(summary.recentError)} of the last`)]),
    ...(summary.auroc === null ? [] : [style.bold(`AUROC ${summary.auroc.toFixed(3)}; alarms: ${share(summary.detectionRate)} of the frames that are not normal, ${share(summary.falseAlarmRate)} of those that are${summary.detectionDelay === null ? "" : `; the first ${count(summary.detectionDelay)} frames after the onset`}`)]),
    ...(summary.auroc !== null || summary.alarmRate === null ? [] : [`alarms: ${share(summary.alarmRate)} of the frames, ${share(summary.recentAlarmRate)} of the last; threshold ${summary.threshold?.toFixed(1)}`]),
    `weights ${network.weightsHash()}`,
  ];
}
