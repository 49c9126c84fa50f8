import type { Command } from "commander";
import { findBackends } from "../reference/backends/registry.js";
import { jsonOption } from "./flags.js";
import { say, sayJson, style, table } from "./output.js";

export function addBackendsCommand(program: Command): void {
  program.command("backends")
    .summary("list the tfjs backends that the float and exact references can use here")
    .description("Tries every backend of tfjs that the references can run on: which start on this machine, on what adapter, and how to get the others. None is needed for the engine itself.")
    .addOption(jsonOption())
    .action(async (flags: { json?: boolean }) => {
      const backends = await findBackends();
      const rows = backends.map(({ name, title, found }) => [name, title, found ? found.version : "not here", found?.adapter ?? "", found ? (found.gpu ? "yes" : "no") : ""]);
      for (const line of table([["backend", "what it is", "version", "adapter", "real GPU"], ...rows], "lllll")) say(line);
      const missing = backends.filter(({ found }) => !found);
      if (missing.length > 0) {
        say();
        say(style.bold("to get the others:"));
        for (const { name, reason, howToGet } of missing) say(`  ${name}: ${howToGet}  (${reason ?? ""})`);
      }
      if (flags.json) sayJson({ backends: backends.map(({ found, ...rest }) => ({ ...rest, present: found !== null, version: found?.version ?? null, adapter: found?.adapter ?? null, gpu: found?.gpu ?? null })) });
    });
}
