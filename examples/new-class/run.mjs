// A new class on the device: a network of ten classes is shipped that has never seen a 9. On the device it gets k labelled nines and learns them in the packed
// module, with and without samples of the digits it knows among them. Both objectives.
import { adapt, engineHash, fewOfEach, frame, ofClasses, openPacked, packNetwork, ReplayBuffer, retune } from "mayfly";
import { costs, range } from "../common/boards.mjs";
import { accuracy, divided, train } from "../common/digits.mjs";
import { readOptions } from "../common/options.mjs";
import { averaged, table } from "../common/table.mjs";

const { seeds, json } = readOptions(`node examples/new-class/run.mjs [--seeds 1,2,3] [--json]

Ships a network that knows the digits 0 to 8 and teaches it the 9 on the device, from 5, 20 and 100 examples.`);

const NETWORKS = {
  pair: { objective: "pair", layers: [{ units: 128, weights: "i8" }, { units: 64, weights: "i8" }] },
  classwise: { objective: "classwise", layers: [{ units: 120, weights: "i8" }, { units: 60, weights: "i8" }] },
};
const KNOWN = [0, 1, 2, 3, 4, 5, 6, 7, 8];
const NEW = [9];
const REPLAY = { perClass: 50, bits: 1 };
/** The fewer examples there are, the more often each is learned: an untrained class takes some hundreds of steps to wake. */
const COURSES = [{ k: 5, passes: 80 }, { k: 20, passes: 40 }, { k: 100, passes: 20 }];
/** Old samples after each new one. */
const WAYS = [{ name: "no replay", replayEach: 0 }, { name: "with replay", replayEach: 2 }];

const say = json ? () => {} : console.log;
const data = await divided();
const factory = ofClasses(data.factory, KNOWN);
const nines = ofClasses(data.field, NEW);
const tests = { new: ofClasses(data.test, NEW), known: ofClasses(data.test, KNOWN) };
const measured = (network) => ({ new: accuracy(network, tests.new), known: accuracy(network, tests.known) });

const rows = [];
const facts = {};
for (const seed of seeds) {
  for (const [objective, network] of Object.entries(NETWORKS)) {
    const shipped = train(factory, network, seed);
    const replay = new ReplayBuffer({ shape: factory.shape, classes: factory.classes, ...REPLAY, seed });
    for (let index = 0; index < 5000; index++) replay.add(frame(factory, index), factory.labels[index]);
    facts[objective] ??= { ramBytes: shipped.plan.bytes.total, replayBytes: replay.bytes, size: shipped.size, boards: await costs(shipped) };
    rows.push({ seed, objective, k: 0, way: "as shipped", steps: 0, ...measured(shipped) });
    for (const { name, replayEach } of WAYS) {
      for (const { k, passes } of COURSES) {
        const steps = passes * k * (1 + replayEach);
        const { module } = await packNetwork(retune(shipped, { schedule: { holdSamples: Math.floor(steps / 2), totalSamples: steps } }));
        const device = openPacked(module);
        adapt(device, fewOfEach(nines, k, seed), { passes, replay: replayEach ? ReplayBuffer.fromBytes(replay.toBytes()) : undefined, replayEach, seed });
        rows.push({ seed, objective, k, way: name, steps, ...measured(device) });
      }
    }
  }
}

const means = averaged(rows, ["objective", "k", "way"]);
const one = (value) => value.toFixed(1);
for (const line of table([
  ["% right, mean of seeds", "nines", "steps", "9: goodness", "9: readout", "0-8: goodness", "0-8: readout"],
  ...means.flatMap((row) => [
    ...(row.k === 0 ? [[row.objective, "", "", "", "", "", ""]] : []),
    [`  ${row.way}`, row.k || "", row.steps || "", one(row.new.goodness), one(row.new.readout), one(row.known.goodness), one(row.known.readout)],
  ]),
])) say(line);
const most = Math.max(...rows.map(({ steps }) => steps));
say();
for (const [objective, { ramBytes, replayBytes, boards }] of Object.entries(facts)) {
  say(`${objective}: RAM ${ramBytes.toLocaleString("en")} bytes, flash for old samples ${replayBytes.toLocaleString("en")}`);
  for (const { title, stepMs, stepMilliJ } of boards) say(`  ${title}: ${most} steps take ${range(stepMs, most / 1000)} s and ${range(stepMilliJ, most / 1000)} J`);
}
const networks = Object.fromEntries(Object.entries(facts).map(([objective, { size: _, ...rest }]) => [objective, { ...rest, network: NETWORKS[objective] }]));
if (json) console.log(JSON.stringify({ example: "new-class", seeds, networks, engineHash: engineHash(facts.pair.size), rows }));
