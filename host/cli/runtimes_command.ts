import type { Command } from "commander";
import { RUNTIMES } from "../runtimes/registry.js";
import { jsonOption } from "./flags.js";
import { say, sayJson, style, table } from "./output.js";
import { type RuntimePathFlags, runtimePathOption } from "./runtime_options.js";

export function addRuntimesCommand(program: Command): void {
  program.command("runtimes")
    .summary("list the WebAssembly runtimes that can run the engine here")
    .description("Lists every runtime Mayfly can run the engine in: which are on this machine, their versions, what they can do, and how to get the others.")
    .addOption(runtimePathOption())
    .addOption(jsonOption())
    .action(async (flags: RuntimePathFlags & { json?: boolean }) => {
      const found = await Promise.all(RUNTIMES.map((kind) => kind.find(flags.runtimePath[kind.name])));
      const runtimes = RUNTIMES.map(({ name, title, howToGet }, index) => {
        const runtime = found[index];
        return { name, title, present: runtime != null, version: runtime?.version ?? null, features: runtime?.features ?? null, howToGet };
      });
      const rows = runtimes.map(({ name, title, features, version }) => [name, title, version ?? "not found", features ? (features.simd ? "yes" : "no") : "", features ? (features.memoryVisible ? "yes" : "by calls") : ""]);
      for (const line of table([["runtime", "what it is", "version", "SIMD", "memory visible"], ...rows], "lllll")) say(line);
      const missing = runtimes.filter(({ present }) => !present);
      if (missing.length > 0) {
        say();
        say(style.bold("to get the others:"));
        for (const line of table(missing.map(({ name, howToGet }) => [name, howToGet]), "ll")) say(`  ${line}`);
      }
      if (flags.json) sayJson({ runtimes });
    });
}
