import { join } from "node:path";
import type { Command } from "commander";
import { frame } from "../data/dataset.js";
import { MayflyError } from "../errors.js";
import { activationMapImages } from "../report/activation_map_images.js";
import { pngBytes } from "../report/image.js";
import { reasonOf, writeAtomically } from "../train/atomic_file.js";
import { makeFolder } from "../train/make_folder.js";
import { checkFits } from "../train/train.js";
import { whole, wholeFrom } from "./flags.js";
import { openDataFor, openModel, refuseBoxes } from "./model_file.js";
import { addModelArguments, addModelOptions, type ModelFlags } from "./model_options.js";
import { say, sayJson, style } from "./output.js";

type CamFlags = ModelFlags & { sample: number; class?: number; zoom: number; output: string };

/** Larger pictures show nothing more. */
const MAX_SIDE = 4096;

export function addCamCommand(program: Command): void {
  const command = addModelArguments(program.command("cam"), "run directory or .mayfly file of a network with conv or local layers under its readout")
    .summary("draw class activation maps as PNG files")
    .description("Draws where in a sample the linear classifier finds a class: over the sample in grey, orange places speak for the class, violet ones against it. One PNG file for each layer of maps that the readout sees, and one of all together.")
    .requiredOption("--sample <n>", "sample to draw, from 0", whole)
    .option("--class <c>", "class to ask for (default: the one the readout predicts)", whole)
    .requiredOption("-o, --output <folder>", "folder to write the files to, made if need be")
    .option("--zoom <n>", "pixels on a side for each value of the sample", wholeFrom(1), 8);
  addModelOptions(command);
  command.addHelpText("after", `
Examples:
  mayfly cam runs/mnist-conv20x5p2,conv40x3-i8-seed1 --sample 3 -o maps
  mayfly cam runs/mnist-conv20x5p2,conv40x3-i8-seed1 mnist --sample 3 --class 8 --on train -o maps`);
  command.action(async (model: string, dataset: string | undefined, flags: CamFlags) => {
    const { network } = await openModel(model, { build: flags.build });
    refuseBoxes(network, model, "cannot be drawn");
    const data = (await openDataFor(model, dataset, flags))[flags.on];
    checkFits(network, data);
    if (flags.sample >= data.count) throw new MayflyError(`${data.name} has samples 0 to ${data.count - 1}: there is no --sample ${flags.sample}`, 2);
    const { width, height } = data.shape;
    if (Math.max(width, height) * flags.zoom > MAX_SIDE) throw new MayflyError(`--zoom ${flags.zoom} makes pictures of ${width * flags.zoom} x ${height * flags.zoom} pixels, and ${MAX_SIDE} a side is the most`, 2);
    const pixels = frame(data, flags.sample);
    const predicted = network.spec.readout.from === null ? null : network.predict(pixels, "readout");
    const label = flags.class ?? predicted ?? 0;
    const nameOf = (each: number): string => data.classNames?.[each] ?? String(each);
    const images = activationMapImages(network, pixels, label, flags.zoom, `sample ${flags.sample}`, `class ${nameOf(label)}`);
    await folderFor(flags.output);
    const files: { file: string; layer: number | null; logit: number; alt: string }[] = [];
    for (const { map, image } of images) {
      const file = join(flags.output, `sample-${flags.sample}-class-${label}-${map.layer === null ? "all-layers" : `layer-${map.layer}`}.png`);
      await writeAtomically(file, pngBytes(image));
      if (map.layer !== null) say(`${file}: adds ${logitOf(map.values).toFixed(2)} to the logit of class ${nameOf(label)}`);
      else say(`${file}: all layers together`);
      files.push({ file, layer: map.layer, logit: map.layer === null ? files.reduce((sum, each) => sum + each.logit, 0) : logitOf(map.values), alt: image.alt });
    }
    const truth = data.labels[flags.sample] ?? 0;
    say(style.bold(`sample ${flags.sample} is ${nameOf(truth)}, predicted ${predicted === null ? "–" : nameOf(predicted)}, drawn for ${nameOf(label)}`));
    if (flags.json) sayJson({ model, dataset: data.name, sample: flags.sample, label: truth, predicted, class: label, files });
  });
}

/** A map's values are parts of the logit. */
function logitOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

async function folderFor(path: string): Promise<void> {
  try {
    await makeFolder(path);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === "ENOENT" ? "no folder can be made there" : reasonOf(error);
    throw new MayflyError(`cannot make the folder ${path}: ${reason}`, 1, error);
  }
}
