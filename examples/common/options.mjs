/** The flags all examples have. */
import { parseArgs } from "node:util";

/** `usage`: what the example does, for --help. */
export function readOptions(usage) {
  const fail = (message) => {
    console.error(`${message}\n\n${usage}`);
    process.exit(2);
  };
  let values;
  try {
    ({ values } = parseArgs({ options: { seeds: { type: "string", default: "1" }, json: { type: "boolean", default: false }, help: { type: "boolean", short: "h", default: false } } }));
  } catch (error) {
    fail(error.message);
  }
  if (values.help) {
    console.log(usage);
    process.exit(0);
  }
  const seeds = values.seeds.split(",").map(Number);
  if (!seeds.every((seed) => Number.isInteger(seed) && seed >= 1 && seed <= 1_000_000)) fail(`--seeds is "${values.seeds}", expected whole numbers from 1 with commas between, e.g. 1,2,3`);
  return { seeds, json: values.json };
}
