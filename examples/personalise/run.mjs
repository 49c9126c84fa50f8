// Personalisation: a network is trained, packed with what it has learned, and shipped. On the device it meets other digits than the factory's: turned, inverted,
// noisy, or of a hand of their own. It gets a handful of labelled ones and learns them in the packed module, with old samples from 49 KB of flash among them.
import { adapt, engineHash, fewOfEach, inDomain, openPacked, packNetwork, ReplayBuffer, retune, frame } from "mayfly";
import { costs, range } from "../common/boards.mjs";
import { accuracy, divided, train } from "../common/digits.mjs";
import { readOptions } from "../common/options.mjs";
import { averaged, table } from "../common/table.mjs";

const { seeds, json } = readOptions(`node examples/personalise/run.mjs [--seeds 1,2,3] [--json]

Ships a packed, trained network and adapts it on the device to four other domains with 5 and 10 labelled samples of each class.`);

const NETWORK = { objective: "pair", layers: [{ units: 128, weights: "i8" }, { units: 64, weights: "i8" }] };
const REPLAY = { perClass: 50, bits: 1 };
const PER_CLASS = [5, 10];
const PASSES = 40;
/** Most points of accuracy, by goodness, that learning with replay may cost on the old domain. */
const BOUND = 3;

const domains = (seed) => [
  { name: "rotated by 35°", domain: { kind: "rotated", degrees: 35 } },
  { name: "noise, σ = 100", domain: { kind: "noisy", deviation: 100, seed } },
  { name: "another writer", domain: { kind: "writer", seed } },
  { name: "inverted", domain: { kind: "inverted" } },
];
const WAYS = [
  { name: "readout only, with replay", replayEach: 1, settings: { rate: 0 } },
  { name: "all layers, no replay", replayEach: 0, settings: {} },
  { name: "all layers, with replay", replayEach: 1, settings: {} },
];

const say = json ? () => {} : console.log;
const data = await divided();
const rows = [];
let facts;
for (const seed of seeds) {
  const shipped = train(data.factory, NETWORK, seed);
  const replay = filled(seed);
  const before = accuracy(shipped, data.test);
  say(`seed ${seed}: shipped with ${before.goodness.toFixed(1)} % right by goodness, ${before.readout.toFixed(1)} % by the readout, and ${replay.bytes.toLocaleString("en")} bytes of old samples`);

  const devices = [];
  for (const way of WAYS) {
    for (const k of PER_CLASS) {
      const steps = PASSES * k * data.factory.classes * (1 + way.replayEach);
      // What the factory used has fallen to 0: on the device rates start again, and fall over the steps to come.
      const tuned = retune(shipped, { ...way.settings, schedule: { holdSamples: steps / 2, totalSamples: steps } });
      devices.push({ way, k, steps, module: (await packNetwork(tuned)).module });
    }
  }
  facts ??= { ramBytes: shipped.plan.bytes.total, moduleBytes: devices.at(-1).module.length, replayBytes: replay.bytes, size: shipped.size, boards: await costs(shipped) };

  for (const { name, domain } of domains(seed)) {
    const there = inDomain(data.test, domain);
    rows.push({ seed, domain: name, k: 0, way: "as shipped", steps: 0, there: accuracy(shipped, there), before });
    for (const { way, k, steps, module } of devices) {
      const device = openPacked(module);
      const samples = inDomain(fewOfEach(data.field, k, seed), domain);
      // Each device has the buffer as it left the factory.
      adapt(device, samples, { passes: PASSES, replay: way.replayEach ? ReplayBuffer.fromBytes(replay.toBytes()) : undefined, seed });
      rows.push({ seed, domain: name, k, way: way.name, steps, there: accuracy(device, there), before: accuracy(device, data.test) });
    }
  }
}
for (const row of rows) row.forgotten = rows.find(({ seed, k }) => seed === row.seed && k === 0).before.goodness - row.before.goodness;

function filled(seed) {
  const replay = new ReplayBuffer({ shape: data.factory.shape, classes: data.factory.classes, ...REPLAY, seed });
  for (let index = 0; index < 5000; index++) replay.add(frame(data.factory, index), data.factory.labels[index]);
  return replay;
}

const means = averaged(rows, ["domain", "k", "way"]);
const one = (value) => value.toFixed(1);
say();
for (const line of table([
  ["% right, mean of seeds", "samples a class", "new: goodness", "new: readout", "old: goodness", "old: readout"],
  ...means.flatMap((row) => [
    ...(row.k === 0 ? [[row.domain, "", "", "", "", ""]] : []),
    [`  ${row.way}`, row.k || "", one(row.there.goodness), one(row.there.readout), one(row.before.goodness), one(row.before.readout)],
  ]),
])) say(line);
const worst = Math.max(...rows.filter(({ way }) => way === "all layers, with replay").map(({ forgotten }) => forgotten));
say(`\nforgotten with replay: at most ${one(worst)} points of the old domain in any run (bound: ${BOUND})`);
const most = Math.max(...rows.map(({ steps }) => steps));
say(`RAM ${facts.ramBytes.toLocaleString("en")} bytes, module ${facts.moduleBytes.toLocaleString("en")}, flash for old samples ${facts.replayBytes.toLocaleString("en")}`);
for (const { title, stepMs, stepMilliJ } of facts.boards) say(`  ${title}: ${most} steps take ${range(stepMs, most / 1000)} s and ${range(stepMilliJ, most / 1000)} J`);
const { size, ...cost } = facts;
if (json) console.log(JSON.stringify({ example: "personalise", seeds, network: NETWORK, passes: PASSES, bound: BOUND, worst, ...cost, engineHash: engineHash(size), rows }));
if (worst > BOUND) {
  console.error(`more was forgotten than the bound of ${BOUND} points`);
  process.exitCode = 1;
}
