// Anomaly detection: a device hears a bearing that is well, learns on itself what normal is, sets its own threshold, and watches. No labels, no recording taken
// home: negatives are frames corrupted on the device. Against loudness and peakedness, and against an autoencoder trained in floating point on the same frames.
import { AlarmVote, alarmCount, AnomalyWatch, auroc, BEARING_RATE, bearings, detectionDelay, engineHash, Network, openPacked, packNetwork, record, thresholdFor } from "mayfly";
import { costs, range } from "../common/boards.mjs";
import { readOptions } from "../common/options.mjs";
import { averaged, mean, table } from "../common/table.mjs";
import { autoencoderMissing, trainAutoencoder } from "./autoencoder.mjs";
import { statisticsOf, trainStatistics } from "./baselines.mjs";

const { seeds, json } = readOptions(`node examples/anomaly/run.mjs [--seeds 1,2,3] [--json]

Learns what a bearing that is well sounds like, on the device and without labels, and tells when it is not: AUROC, false alarms and delay, beside two baselines.`);

const WINDOW = 1024;
const HOP = 512;
const FALSE_ALARMS = 0.01;
const VOTES = [5, 8];
const NETWORK = {
  stream: { features: "bank", window: WINDOW, hop: HOP, bands: 24, coding: "offset", spread: 10, falseAlarms: FALSE_ALARMS },
  classes: 2, negatives: "corrupted", corruption: { ways: ["raise"], share: 0.5 },
  // Normal frames get little goodness: what a unit answers to is what is wrong.
  sense: "minimise", layers: [{ units: 64, rate: 0.003, temperature: 60 }], readout: { from: null }, inputDropout: 0, bias: 1,
};
const WATCH = { learnFrames: 2500, settleFrames: 1000, kept: 256, votes: VOTES[0], of: VOTES[1] };
const FAULTS = ["outer", "inner", "ball"];
/** Peaks of a fault's impulses, g; the synthetic machine's own default is 0.4. */
const SEVERITIES = [0.1, 0.2, 0.4, 0.8];
const ONSET_SECONDS = 15;
const COURSES = [
  { name: "0.4 g at once", severity: 0.4, growth: 0, seconds: 30 },
  { name: "0.2 g at once", severity: 0.2, growth: 0, seconds: 30 },
  { name: "to 0.4 g in a minute", severity: 0.4, growth: 60, seconds: 75 },
];
/** Gear and noise grow by half over three minutes of five, as a machine warms up. */
const DRIFT = { drift: 0.5, driftSeconds: 180 };
const DRIFT_SECONDS = 300;
const missing = await autoencoderMissing();
const METHODS = ["Forward-Forward", "RMS", "kurtosis", "RMS and kurtosis", ...(missing === null ? ["autoencoder"] : [])];
/** The same with nothing learned after the first minutes. */
const STOPPED = "Forward-Forward, not following";

const say = json ? () => {} : console.log;
if (missing !== null) say(`without the autoencoder: ${missing}\n`);
const samplesOf = (options, seconds) => record(bearings(options), Math.round(seconds * BEARING_RATE)).samples;
const secondsOf = (frames) => (frames * HOP) / BEARING_RATE;

const rows = [];
const delays = [];
const alarms = [];
let facts;
for (const seed of seeds) {
  const machine = 100 + seed;
  const heard = (part, options, seconds) => samplesOf({ machine, seed: 1000 * seed + part, ...options }, seconds);

  // On the device: the packed module, in a machine that is well.
  const fresh = Network.create({ ...NETWORK, seed });
  const { module } = await packNetwork(fresh, { state: false });
  const device = openPacked(module);
  const watch = new AnomalyWatch(device, { ...WATCH, seed });
  // The window that begins it all ends after WINDOW samples, the others HOP apart; the warm-up gives no frames.
  const spent = (frames) => WINDOW + HOP * (device.spec.stream.warmup + frames - 1);
  const well = heard(1, {}, spent(WATCH.learnFrames + WATCH.settleFrames) / BEARING_RATE);
  const learned = collected(device, (samples) => watch.push(samples), well);
  const checkpoint = device.checkpoint();
  const state = watch.save();
  facts ??= {
    networkBytes: device.plan.bytes.total, keptBytes: watch.kept.bytes, moduleBytes: module.length, size: device.size, boards: await costs(fresh),
    learnSeconds: secondsOf(device.spec.stream.warmup + WATCH.learnFrames), settleSeconds: secondsOf(WATCH.settleFrames),
  };

  // The baselines have the same minutes: what was learned from, and for their thresholds the part behind it.
  const quiet = statisticsOf(well, { window: WINDOW, hop: HOP }).slice(device.spec.stream.warmup);
  const combined = trainStatistics(quiet.slice(0, WATCH.learnFrames));
  const autoencoder = missing === null ? await trainAutoencoder(learned.frames.slice(0, WATCH.learnFrames), { bottleneck: 4, epochs: 30, seed }) : null;
  facts.autoencoderParameters = autoencoder?.parameters ?? null;
  /** Scores of every method for each frame of a recording, the higher the less normal; `goodness` from whoever watches. */
  const scoresOf = (samples, { frames, goodness }) => {
    const raw = statisticsOf(samples, { window: WINDOW, hop: HOP });
    return { "Forward-Forward": goodness.map((score) => -score), RMS: raw.map(({ rms }) => rms), kurtosis: raw.map(({ kurtosis }) => kurtosis), "RMS and kurtosis": raw.map(combined), ...(autoencoder && { autoencoder: autoencoder.score(frames) }) };
  };
  const settled = { frames: learned.frames.slice(WATCH.learnFrames), goodness: learned.goodness.slice(WATCH.learnFrames) };
  const settledScores = scoresOf(well.subarray(well.length - (WINDOW + HOP * (WATCH.settleFrames - 1))), settled);
  const thresholds = Object.fromEntries(METHODS.map((method) => [method, thresholdFor(settledScores[method], FALSE_ALARMS)]));

  // How well the scores tell, with all learning stopped.
  const still = (samples) => {
    const network = opened(checkpoint);
    return scoresOf(samples, collected(network, (some) => frozen(network, some), samples));
  };
  // The same minute of the same machine, with and without a fault.
  const normal = still(heard(2, {}, 40));
  for (const fault of FAULTS) {
    for (const severity of SEVERITIES) {
      const ill = still(heard(2, { fault, severity }, 40));
      for (const method of METHODS) rows.push({ seed, method, fault, severity, auroc: auroc(normal[method], ill[method]) });
    }
  }

  // How soon there is an alarm, with the device learning on: alarms of every method by the same vote.
  const live = (samples, options = {}) => {
    const network = opened(checkpoint);
    const watching = new AnomalyWatch(network, { ...WATCH, ...options, from: state });
    const verdicts = [];
    const seen = collected(network, (some) => {
      const said = watching.push(some);
      verdicts.push(...said);
      return said;
    }, samples);
    const scores = scoresOf(samples, seen);
    const of = Object.fromEntries(METHODS.map((method) => [method, voted(scores[method].map((score) => score > thresholds[method]))]));
    return { ...of, "Forward-Forward": verdicts.map(({ alarm }) => alarm) };
  };
  for (const fault of FAULTS) {
    for (const { name, severity, growth, seconds } of COURSES) {
      const found = live(heard(4, { fault, severity, growth, onset: ONSET_SECONDS }, ONSET_SECONDS + seconds));
      // The first window that holds a sample of the fault.
      const onset = Math.ceil((ONSET_SECONDS * BEARING_RATE + 1 - WINDOW) / HOP);
      for (const method of METHODS) {
        const delay = detectionDelay(found[method], onset);
        delays.push({ seed, method, fault, course: name, seconds: delay === null ? null : secondsOf(delay) });
      }
    }
  }
  for (const [name, options] of [["steady", {}], ["drifting", DRIFT]]) {
    const samples = heard(5, options, DRIFT_SECONDS);
    const following = live(samples);
    const stopped = live(samples, { followEvery: 0 });
    for (const method of METHODS) alarms.push({ seed, method, machine: name, alarms: alarmCount(following[method]), share: mean(following[method].map(Number)) });
    alarms.push({ seed, method: STOPPED, machine: name, alarms: alarmCount(stopped["Forward-Forward"]), share: mean(stopped["Forward-Forward"].map(Number)) });
  }
}

/** The frames and goodnesses that come of samples. `push` is given piece by piece what ends at most one frame, and returns what was said of it. */
function collected(network, push, samples) {
  const frames = [];
  const goodness = [];
  for (let at = 0; at < samples.length; at += HOP) {
    for (const { score, frame } of push(samples.subarray(at, at + HOP))) {
      frames.push(frame ?? network.frame.slice());
      goodness.push(score);
    }
  }
  return { frames, goodness };
}

/** Scores without learning. */
function frozen(network, samples) {
  const { event } = network.push(samples);
  if (event !== "frame") return [];
  network.predict(network.frame);
  return [{ score: network.scores[0] }];
}

/** The device's network, listening to another recording. */
function opened(checkpoint) {
  const network = Network.open(checkpoint);
  network.gap();
  return network;
}

function voted(above) {
  const vote = new AlarmVote(...VOTES);
  return above.map((one) => vote.push(one));
}

const three = (value) => value.toFixed(3);
const means = averaged(rows, ["method", "severity"]);
const worst = (method) => Math.min(...rows.filter((row) => row.method === method && row.severity >= 0.4).map((row) => row.auroc));
for (const line of table([
  ["AUROC, mean of faults and seeds", ...SEVERITIES.map((severity) => `${severity} g`), "worst from 0.4 g"],
  ...METHODS.map((method) => [method, ...SEVERITIES.map((severity) => three(means.find((row) => row.method === method && row.severity === severity).auroc)), three(worst(method))]),
])) say(line);

const delayOf = (method, course) => {
  const of = delays.filter((row) => row.method === method && row.course === course);
  const found = of.filter(({ seconds }) => seconds !== null).map(({ seconds }) => seconds).sort((a, b) => a - b);
  return `${found.length > 0 ? `${found[found.length >> 1].toFixed(2)} s` : "–"} (${found.length}/${of.length})`;
};
say();
for (const line of table([
  ["median delay of the alarm (found)", ...COURSES.map(({ name }) => name)],
  ...METHODS.map((method) => [method, ...COURSES.map(({ name }) => delayOf(method, name))]),
])) say(line);

const falseOf = (method, machine) => {
  const of = alarms.filter((row) => row.method === method && row.machine === machine);
  return `${mean(of.map((row) => row.alarms)).toFixed(1)} (${(100 * mean(of.map((row) => row.share))).toFixed(1)} %)`;
};
say();
for (const line of table([
  [`false alarms in ${DRIFT_SECONDS} s (of the time)`, "steady", "drifting"],
  ...[METHODS[0], STOPPED, ...METHODS.slice(1)].map((method) => [method, falseOf(method, "steady"), falseOf(method, "drifting")]),
])) say(line);

const ramBytes = facts.networkBytes + facts.keptBytes;
say(`\nRAM ${ramBytes.toLocaleString("en")} bytes: network and front end ${facts.networkBytes.toLocaleString("en")}, kept frames ${facts.keptBytes.toLocaleString("en")}; module ${facts.moduleBytes.toLocaleString("en")}`);
say(`learning takes ${facts.learnSeconds.toFixed(0)} s of a machine that is well, the threshold ${facts.settleSeconds.toFixed(0)} s more`);
for (const { title, stepMs, stepMilliJ, predictMs, predictMilliJ, windowMs, windowMilliJ } of facts.boards) {
  const sum = (a, b) => ({ low: a.low + b.low, high: a.high + b.high });
  say(`  ${title}: a window and its score ${range(sum(windowMs, predictMs))} ms, ${range(sum(windowMilliJ, predictMilliJ))} mJ; a training step ${range(stepMs)} ms, ${range(stepMilliJ)} mJ; a window comes every ${(1000 * HOP) / BEARING_RATE} ms`);
}
const { size, ...cost } = facts;
if (json) console.log(JSON.stringify({ example: "anomaly", seeds, network: NETWORK, watch: WATCH, ramBytes, ...cost, engineHash: engineHash(size), rows, delays, alarms }));
