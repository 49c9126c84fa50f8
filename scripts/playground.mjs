// npm run playground: builds the page, serves it on this machine, and opens it where there is a browser to open.
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { buildPlayground, FOLDER } from "./playground/build.mjs";
import { serve } from "./playground/serve.mjs";

const HELP = `npm run playground -- [options]

Builds the playground, serves it on this machine and prints its address. It needs no network. dist/playground/index.html can also be opened from the disk.

  --port <n>   port to listen on (default: 8431, or any that is free if that is taken)
  --no-open    do not open a browser
  --build      build only
  --help       this text
`;
const DEFAULT_PORT = 8431;

function fail(message) {
  console.error(`playground: ${message}`);
  process.exit(2);
}

function options() {
  try {
    return parseArgs({ options: { port: { type: "string" }, "no-open": { type: "boolean" }, build: { type: "boolean" }, help: { type: "boolean", short: "h" } } }).values;
  } catch (error) {
    return fail(`${error.message.split(". ")[0]}; --help lists the options`);
  }
}

const { port, help, build, "no-open": noOpen } = options();
if (help) {
  console.log(HELP);
  process.exit(0);
}
const wanted = port === undefined ? DEFAULT_PORT : Number(port);
if (!(Number.isInteger(wanted) && wanted >= 0 && wanted < 65536)) fail(`--port ${port}: expected a whole number from 0 to 65535`);

if (!existsSync("dist/engine/mayfly.full-relaxed.wasm") || !existsSync("dist/index.js")) {
  const built = spawnSync(process.execPath, ["scripts/build.mjs"], { stdio: "inherit" });
  process.exitCode = built.status ?? 1;
}
if (!process.exitCode) await start();

async function start() {
  await buildPlayground();
  if (build) return;
  const { url } = await serve(FOLDER, wanted).catch((error) => {
    if (error.code !== "EADDRINUSE") throw error;
    // A port that was asked for is not silently another.
    return port === undefined ? serve(FOLDER, 0) : fail(`port ${wanted} is taken: give another with --port, or 0 for any that is free`);
  });
  console.log(`The playground is at ${url}  (Ctrl-C ends it)`);
  if (!noOpen) openBrowser(url);
}

/** Where nothing opens, the address above is enough. */
function openBrowser(url) {
  const [command, ...words] = process.platform === "darwin" ? ["open", url] : process.platform === "win32" ? ["cmd", "/c", "start", "", url] : ["xdg-open", url];
  spawn(command, words, { stdio: "ignore", detached: true }).on("error", () => undefined).unref();
}
