import { type Command, Option } from "commander";
import { MayflyError } from "../errors.js";
import { BACKEND_NAMES, type BackendName } from "../reference/backends/backend.js";
import { MAYFLY, type Recipe, RECIPES } from "../reference/float/recipe.js";
import { positive, wholeFrom } from "./flags.js";

/** Samples that learn together where nothing is said. */
export const DEFAULT_BATCH = 16;

/** The options of a run in tfjs. */
export interface TfjsFlags {
  engine: "integer" | "tfjs";
  backend: BackendName;
  batch: number;
  recipe: string;
  tfjsRate?: number;
  timeLimit: number;
}

export function addTfjsOptions(command: Command): Command {
  return command
    .optionsGroup("In float, on a GPU:")
    .addOption(new Option("--engine <name>", "integer: what the device computes; tfjs: the same in f32, in batches, on a backend of tfjs").choices(["integer", "tfjs"]).default("integer"))
    .addOption(new Option("--backend <name>", "of tfjs (see `mayfly backends`)").choices([...BACKEND_NAMES]).default("wasm"))
    .option("--batch <n>", "samples that learn together", wholeFrom(1), DEFAULT_BATCH)
    .addOption(new Option("--recipe <name>", "mayfly: the engine's algorithm; hinton: his MATLAB code's; pytorch: the public repositories'").choices(RECIPES.map(({ name }) => name)).default(MAYFLY.name))
    .option("--tfjs-rate <number>", "learning rate of the layers, above what the integers allow (default: the recipe's)", positive)
    .option("--time-limit <minutes>", "say so, and how to do it on a GPU, when the run will take longer", positive, 60);
}

/** Refuses options that only the other engine has. */
export function checkTfjsFlags(command: Command, flags: TfjsFlags): void {
  if (flags.engine === "tfjs") {
    for (const name of ["stopAt", "patience"]) {
      if (command.getOptionValueSource(name) === "cli") throw new MayflyError(`--${name === "stopAt" ? "stop-at" : name} belongs to the integer engine: a run in tfjs goes through all its epochs`, 2);
    }
    if (command.getOptionValueSource("threads") === "cli") throw new MayflyError("--threads belongs to the integer engine: how many threads tfjs takes its backend decides", 2);
    if (command.getOptionValueSource("build") === "cli") throw new MayflyError("--build names a build of the integer engine: it does not go with --engine tfjs", 2);
    return;
  }
  for (const name of ["backend", "batch", "recipe", "tfjsRate"]) {
    if (command.getOptionValueSource(name) === "cli") throw new MayflyError(`--${name.replace("R", "-r")} belongs to --engine tfjs: the integer engine trains one sample at a time`, 2);
  }
}

export function recipeOf(name: string, rate?: number): Recipe {
  const recipe = RECIPES.find((one) => one.name === name);
  if (!recipe) throw new MayflyError(`there is no recipe ${name}: take ${RECIPES.map((one) => one.name).join(", ")}`, 2);
  return rate === undefined ? recipe : { ...recipe, rate };
}
