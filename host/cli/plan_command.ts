import type { Command } from "commander";
import type { Shape } from "../data/shape.js";
import { planMemory } from "../engine/plan.js";
import { memoryMap } from "./memory_map.js";
import { addNetworkOptions, type NetworkFlags, shapeFlag, specFrom, whole } from "./network_options.js";
import { say, sayJson } from "./output.js";

export function addPlanCommand(program: Command): void {
  const command = program.command("plan")
    .summary("how much memory a network needs")
    .description("Plans the memory of a network without building it: every region with its address, to the byte. What is planned is what is used.");
  addNetworkOptions(command);
  command
    .requiredOption("--input <WxH[xC]>", "shape of a sample, e.g. 28x28", shapeFlag)
    .option("--classes <n>", "number of classes", whole, 10)
    .option("--json", "print one JSON object on stdout")
    .addHelpText("after", `
Examples:
  mayfly plan --layers 128,64 --weights i16 --input 28x28 --classes 10
  mayfly plan --layers 60,40 --weights i8 --objective classwise --input 28x28 --memory-limit 64KiB`);
  command.action((flags: NetworkFlags & { input: Shape; classes: number; json?: boolean }) => {
    const plan = planMemory(specFrom(flags, flags.input, flags.classes));
    if (flags.json) {
      const regions = plan.regions.map(({ name, offset, bytes, type, rows, columns, persistent }) => ({ name, offset, bytes, type, shape: [rows, columns], persistent }));
      sayJson({ bytes: plan.bytes, pages: plan.pages, regions });
    }
    for (const line of memoryMap(plan)) say(line);
  });
}
