// The generated tables of docs/representations.md, from results/representations/.
import { existsSync, readFileSync } from "node:fs";
import { PUBLISHED, REPRESENTATION_EXPERIMENTS } from "./representation_experiments.mjs";

const FOLDER = "results/representations";
const records = REPRESENTATION_EXPERIMENTS.map(({ id, seed }) => `${FOLDER}/${id}-seed${seed}.json`).filter((file) => existsSync(file)).map((file) => JSON.parse(readFileSync(file, "utf8")));

const two = (value) => (value === null || value === undefined ? "–" : value.toFixed(2));
const share = (value) => (100 * value).toFixed(1);
const count = (value) => value.toLocaleString("en");
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1);
const errorOf = ({ goodness, readout }) => (goodness === null ? readout : readout === null ? goodness : Math.min(goodness, readout));

/** A row for each layer of each network. */
function representationsTable() {
  const lines = ["| what | network | test error, % | layer | active, % | Hoyer | never active | mean ensemble | overlap, % | in one, % | in several, % | selectivity |", "|---|---|---|---|---|---|---|---|---|---|---|---|"];
  for (const { title, label, networks } of records) {
    networks.forEach(({ name, testError, layers }, network) => layers.forEach((layer, index) => {
      const { units, active, hoyer, silent, ensembleSizes, overlap, sharedBy, selectivity } = layer;
      const head = [network + index === 0 ? `${title}; label ${label}` : "", index === 0 ? name : "", index === 0 ? two(errorOf(testError)) : ""];
      lines.push(`| ${[...head, `${layer.layer}, ${units} units`, share(active), hoyer.toFixed(3), silent, mean(ensembleSizes).toFixed(1), share(overlap), share(sharedBy[1] / units), share(sharedBy.slice(2).reduce((sum, value) => sum + value, 0) / units), selectivity.toFixed(3)].join(" | ")} |`);
    }));
  }
  return lines;
}

/** Ours beside the authors': the same three ways of learning, other sizes and times. */
function publishedTable() {
  const [record] = records.filter(({ twins, leftOut }) => twins && leftOut === null);
  const names = { ff: "Forward-Forward (FF)", backprop: "backprop, cross-entropy (BP)", "backprop-ff": "backprop, FF objective (BP/FF)" };
  const lines = ["| learns by | error here (by goodness where there is one), % | error there, % | Hoyer sparsity here, layers 1 / 2 / 3 | there |", "|---|---|---|---|---|"];
  for (const { kind, error, hoyer } of PUBLISHED) {
    const ours = record?.networks.find((network) => network.kind === kind);
    lines.push(`| ${names[kind]} | ${ours ? two(ours.testError.goodness ?? ours.testError.readout) : "not yet measured"} | ${two(error)} | ${ours ? ours.layers.map((layer) => two(layer.hoyer)).join(" / ") : "not yet measured"} | ${hoyer.map(two).join(" / ")} |`);
  }
  return lines;
}

/** The class that training lacked. */
function leftOutTable() {
  const lines = ["| network | layer | units of its ensemble | others' mean | shared with a taught class, % | nearest by overlap | active, % | others, % |", "|---|---|---|---|---|---|---|---|"];
  for (const { networks, leftOut } of records.filter((record) => record.leftOut !== null)) {
    networks.forEach(({ name, layers }) => layers.forEach(({ layer, leftOut: own }, index) => {
      lines.push(`| ${[index === 0 ? `${name}, without class ${leftOut}` : "", layer, own.size, own.meanSizeOfOthers.toFixed(1), own.shared === null ? "–" : share(own.shared), own.nearest.map((each) => `${each.label} (${share(each.overlap)} %)`).join(", "), share(own.active), share(own.activeOfOthers)].join(" | ")} |`);
    }));
  }
  return lines;
}

/** Multiply-adds a training sample, by the engine's counters. */
function workTable() {
  const lines = ["| network | epoch | layer | forward, done of all | update, done of all | skipped, all layers, % |", "|---|---|---|---|---|---|"];
  const cell = ({ all, done }) => `${count(done)} of ${count(all)} (${share(done / all)} %)`;
  for (const { title, work } of records) {
    for (const [at, { epoch, layers }] of [work[0], work.at(-1)].entries()) {
      const sums = layers.flatMap(({ forward, update }) => [forward, update]).reduce((sum, { all, done }) => ({ all: sum.all + all, done: sum.done + done }), { all: 0, done: 0 });
      layers.forEach(({ forward, update }, index) => lines.push(`| ${[at + index === 0 ? title : "", index === 0 ? epoch : "", index + 1, cell(forward), cell(update), index === 0 ? share(1 - sums.done / sums.all) : ""].join(" | ")} |`));
    }
  }
  return lines;
}

function commandsTable() {
  const lines = ["| commands | weights | engine | commit |", "|---|---|---|---|"];
  for (const { commands, weightsHash, engineHash, commit } of records) lines.push(`| ${commands.map((command) => `\`${command}\``).join("<br>")} | ${weightsHash} | ${engineHash} | ${commit.slice(0, 8)} |`);
  return lines;
}

export const REPRESENTATION_TABLES = { representations: representationsTable, published: publishedTable, "left-out": leftOutTable, work: workTable, "representation-commands": commandsTable };
