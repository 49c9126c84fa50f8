import { type Command, InvalidArgumentError, Option } from "commander";
import { MayflyError } from "../errors.js";
import { RUNTIMES } from "../runtimes/registry.js";
import { GOLDEN_JOB, SHORT_JOB } from "../verify/golden.js";
import { type VerifyReport, type VerifyRun, verify } from "../verify/verify.js";
import { jsonOption } from "./flags.js";
import { bytesText, count, say, sayJson, style, table } from "./output.js";
import { openProgress } from "./progress.js";
import { type RuntimePathFlags, runtimeNames, runtimePathOption } from "./runtime_options.js";

type VerifyFlags = RuntimePathFlags & { runtime?: string[]; requireAll?: boolean; json?: boolean };

export function addVerifyCommand(program: Command): void {
  program.command("verify")
    .summary("prove that every runtime trains the same weights")
    .description(`Trains two networks on ${count(GOLDEN_JOB.samples)} samples of MNIST, through a checkpoint and back, in every runtime found (interpreters: smaller ones on ${SHORT_JOB.samples} samples), and compares the hashes of the weights. Exit code 1 when one differs.`)
    .addOption(new Option("--runtime <name>", "only this runtime (may be repeated)").argParser((text, before: string[] = []) => [...before, knownName(text)]))
    .addOption(runtimePathOption())
    .option("--require-all", "a runtime that is not on this machine is a failure too (but for those another stands in for)")
    .addOption(jsonOption())
    .action(async (flags: VerifyFlags) => {
      const progress = openProgress();
      const names = flags.runtime ?? RUNTIMES.map(({ name }) => name);
      let done = 0;
      progress.update("verifying", done, 2 * names.length);
      const report = await verify({
        runtimes: names, paths: flags.runtimePath,
        onRun: ({ runtime, build }) => progress.update("verifying", ++done, 2 * names.length, `${runtime}, ${build}`),
      }).finally(() => progress.end());
      show(report);
      if (flags.json) sayJson(report);
      fail(report, flags);
    });
}

function knownName(text: string): string {
  if (!RUNTIMES.some(({ name }) => name === text)) throw new InvalidArgumentError(`The runtimes are ${runtimeNames()}.`);
  return text;
}

function show({ runs, missing }: VerifyReport): void {
  const rows = runs.map((run) => [run.runtime, run.version, run.build, run.job, run.weightsHash ?? "–", run.relativeSpeed === null ? "–" : run.relativeSpeed.toPrecision(2), run.memoryBytes === null ? "–" : bytesText(run.memoryBytes), resultOf(run)]);
  for (const line of table([["runtime", "version", "build", "job", "weights", "speed", "memory", "result"], ...rows], "lllllrrl")) say(line);
  say(style.dim("speed: training, V8 with SIMD = 1; memory: linear memory of the engine"));
  for (const { runtime, build, error } of runs) if (error) say(`${runtime}, ${build}: ${error}`);
  if (missing.length > 0) say(`not on this machine: ${missing.join(", ")} (\`mayfly runtimes\` tells how to get them)`);
}

function resultOf({ equal, error }: VerifyRun): string {
  return equal ? style.green("equal") : style.red(error ? "failed" : "DIFFERENT");
}

function fail({ runs, missing, missingRequired }: VerifyReport, flags: VerifyFlags): void {
  const wrong = runs.filter(({ equal }) => !equal);
  if (wrong.length > 0) throw new MayflyError(`${wrong.length} of ${runs.length} runs did not end with the expected weights: ${wrong.map(({ runtime, build }) => `${runtime} (${build})`).join(", ")}`, 1);
  const absent = flags.runtime ? missing : flags.requireAll ? missingRequired : [];
  if (absent.length > 0) throw new MayflyError(`not on this machine: ${absent.join(", ")}`, 1);
  say(style.bold(`all ${runs.length} runs ended with the expected weights`));
}
