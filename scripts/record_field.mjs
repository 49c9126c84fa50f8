// Runs the examples of the field over three seeds and records each result in results/field/NAME.json, with the command, the commit and the engine that made it.
// Those that are recorded already are passed over; --force makes them again, an argument picks by name. `npm run results` makes the tables from the files.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { origin, runJson, save } from "./record.mjs";

const NAMES = ["personalise", "new-class", "anomaly"];
const SEEDS = "1,2,3";
const force = process.argv.includes("--force");
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const unknown = wanted.find((name) => !NAMES.includes(name));
if (unknown) {
  console.error(`there is no example "${unknown}": ${NAMES.join(", ")}`);
  process.exit(2);
}
const folder = "results/field";
const from = origin("firmware-sim", "examples");

for (const name of NAMES) {
  const file = join(folder, `${name}.json`);
  if ((wanted.length > 0 && !wanted.includes(name)) || (existsSync(file) && !force)) continue;
  const command = `node examples/${name}/run.mjs --seeds ${SEEDS} --json`;
  console.error(command);
  save(file, { command, ...from, ...runJson(command.split(" ").slice(1), { quiet: true }) });
}
