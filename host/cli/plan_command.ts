import { type Command, InvalidArgumentError } from "commander";
import { selectBoards } from "../../firmware-sim/boards/load.js";
import type { CheckpointInterval } from "../../firmware-sim/boards/plan_board.js";
import { planBoards } from "../../firmware-sim/boards/plan_boards.js";
import type { Shape } from "../data/shape.js";
import { planMemory } from "../engine/plan.js";
import { boardTable, ramPicture } from "./board_table.js";
import { jsonOption, shapeFlag, wholeFrom } from "./flags.js";
import { memoryMap } from "./memory_map.js";
import { addNetworkOptions, checkNetworkFlags, inputShape, type NetworkFlags, specFrom } from "./network_options.js";
import { say, sayJson } from "./output.js";

export function addPlanCommand(program: Command): void {
  const command = program.command("plan")
    .summary("show how much memory a network needs")
    .description("Plans the memory of a network without building it: every region with its address, to the byte. What is planned is what is used.")
    .addOption(jsonOption())
    .optionsGroup("Data:")
    .option("--input <WxH[xC]>", "shape of a sample, e.g. 28x28; a stream in --with says it itself", shapeFlag)
    .option("--classes <n>", "number of classes", wholeFrom(2), 10);
  addNetworkOptions(command)
    .optionsGroup("Boards:")
    .option("--board <boards>", "plan for a board as well: all, names with commas between (see `mayfly boards`), or a board file of your own")
    .option("--epoch-samples <n>", "samples in an epoch", wholeFrom(1), 60_000)
    .option("--checkpoint-every <interval>", "how often a checkpoint goes to flash: samples, or a time, e.g. 600s, 10min, 1h", parseInterval, { samples: 10_000 } as CheckpointInterval);
  const interval = command.options.find((option) => option.attributeName() === "checkpointEvery");
  if (interval) interval.defaultValueDescription = "10000 samples";
  command.addHelpText("after", `
Examples:
  mayfly plan --layers 128,64 --weights i16 --input 28x28 --classes 10
  mayfly plan --layers 60,40 --weights i8 --objective classwise --input 28x28 --memory-limit 64KiB
  mayfly plan --layers conv20x5p2,conv40x3p2,conv80x3 --objective classwise --weights i8 --input 64x64 --memory-limit 160KiB
  mayfly plan --layers 32 --weights i8 --input 28x28 --board all
  mayfly plan --layers 128,64 --input 28x28 --board rp2040 --checkpoint-every 10min
  mayfly plan --layers 64,32 --classes 2 --dropout 0 --with '{"stream":{"window":512},"negatives":"corrupted","sense":"minimise","readout":{"from":null}}'`);
  command.action(async (flags: PlanFlags) => {
    checkNetworkFlags(command, flags);
    const boards = flags.board === undefined ? null : selectBoards(flags.board);
    const spec = specFrom(flags, inputShape(flags), flags.classes);
    const plan = planMemory(spec);
    for (const line of memoryMap(plan)) say(line);
    const { epochSamples, checkpointEvery } = flags;
    const onBoards = boards && await planBoards(boards, spec, plan, { epochSamples, checkpointEvery });
    if (onBoards) {
      say();
      if (onBoards.boards.length === 1) for (const line of [...onBoards.boards.flatMap((board) => ramPicture(board)), ""]) say(line);
      for (const line of boardTable(onBoards, epochSamples, checkpointEvery)) say(line);
    }
    if (flags.json) {
      const regions = plan.regions.map(({ name, offset, bytes, type, rows, columns, persistent }) => ({ name, offset, bytes, type, shape: [rows, columns], persistent }));
      sayJson({ bytes: plan.bytes, pages: plan.pages, bands: plan.bands, regions, ...(onBoards && { boards: onBoards.boards, metered: onBoards.metered, epochSamples, checkpointEvery }) });
    }
  });
}

interface PlanFlags extends NetworkFlags {
  input?: Shape;
  classes: number;
  board?: string;
  epochSamples: number;
  checkpointEvery: CheckpointInterval;
  json?: boolean;
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3600, d: 86_400 };

function parseInterval(text: string): CheckpointInterval {
  const match = /^([0-9]+)\s*(samples|s|min|h|d)?$/.exec(text.trim());
  const value = Number(match?.[1]);
  if (!(value >= 1 && Number.isSafeInteger(value))) throw new InvalidArgumentError("Give samples or a time, e.g. 10000, 600s, 10min, 1h.");
  const seconds = SECONDS[match?.[2] ?? ""];
  return seconds === undefined ? { samples: value } : { seconds: value * seconds };
}
