import { type Command, Option } from "commander";
import { stat } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import type { Shape } from "../data/shape.js";
import type { PortableBuild } from "../engine/artefacts.js";
import { Network } from "../engine/network.js";
import { MayflyError } from "../errors.js";
import { cHeader, identifierOf } from "../pack/c_header.js";
import { packNetwork } from "../pack/pack.js";
import type { PackedFacts } from "../pack/packed_module.js";
import { writeAtomically } from "../train/atomic_file.js";
import { jsonOption, shapeFlag, wholeFrom } from "./flags.js";
import { openModel } from "./model_file.js";
import { addNetworkOptions, checkNetworkFlags, inputShape, type NetworkFlags, specFrom } from "./network_options.js";
import type { Kernels } from "../pack_c/c_library.js";
import { packC } from "./pack_c.js";
import { kernelsOption } from "./simulate_qemu.js";
import { bytesText, count, say, sayJson, style } from "./output.js";

interface PackFlags extends NetworkFlags {
  output: string;
  target: "wasm" | "c";
  kernels: Kernels;
  state?: boolean;
  build: PortableBuild;
  pageSize: "1" | "65536";
  /** False: none; by default beside the module. */
  header?: string | false;
  input?: Shape;
  classes: number;
  json?: boolean;
}

/** Options that say how to pack; all others describe a network. */
const PACK_OPTIONS = ["output", "target", "kernels", "state", "build", "pageSize", "header", "json"];

export function addPackCommand(program: Command): void {
  const command = program.command("pack")
    .summary("make a module that holds one network, ready to embed")
    .description("Packs a network into one WebAssembly module: the engine without what this network does not use, its spec or trained state, memory to the byte, no imports. Beside it a C header with every name and address.")
    .argument("[net]", "run directory or .mayfly file; without it, --layers and --input describe an untrained network")
    .requiredOption("-o, --output <file>", "the module to write, e.g. model.wasm; with --target c a folder")
    .addOption(new Option("--target <name>", "wasm: a module; c: a folder with the same as a C library, for firmware").choices(["wasm", "c"]).default("wasm"))
    .addOption(kernelsOption())
    .option("--state", "put the trained state inside: the module starts by open (default with a model)")
    .option("--no-state", "put only the spec inside: the module starts by init (default without a model)")
    .addOption(new Option("--build <name>", "build of the engine: scalar runs where only the first version of WebAssembly exists").choices(["scalar", "simd"]).default("scalar"))
    .addOption(new Option("--page-size <bytes>", "1: memory exact to the byte, for runtimes that have the custom-page-sizes proposal (Wasmtime and wabt behind a flag, wasmi); others, browsers and Node among them, refuse it").choices(["1", "65536"]).default("65536"))
    .option("--header <file>", "the C header to write (default: beside the module, e.g. model.mayfly.h)")
    .option("--no-header", "write no C header")
    .addOption(jsonOption())
    .optionsGroup("Data:")
    .option("--input <WxH[xC]>", "shape of a sample, e.g. 28x28; a stream in --with says it itself", shapeFlag)
    .option("--classes <n>", "number of classes", wholeFrom(2), 10);
  addNetworkOptions(command);
  const layers = command.options.find((option) => option.attributeName() === "layers");
  if (layers) layers.mandatory = false;
  command.addHelpText("after", `
After instantiation the host calls open() or init(), writes a sample at the
frame's address and calls train(label) or predict_goodness(). The module takes
no other spec than its own, but for seed and schedule; checkpoints of the same
network open.

Examples:
  mayfly pack runs/mnist-256,256-i16-seed1 -o model.wasm
  mayfly pack --layers 128,64 --input 28x28 -o fresh.wasm --no-header
  mayfly pack runs/mnist-256,256-i16-seed1 --target c -o my_network`);
  command.action(async (net: string | undefined, flags: PackFlags) => {
    const network = net === undefined ? describedNetwork(command, flags) : await modelNetwork(command, net);
    if (flags.target === "c") {
      const given = ["build", "pageSize", "header"].find((name) => command.getOptionValueSource(name) === "cli");
      if (given) throw new MayflyError(`--${given === "pageSize" ? "page-size" : given} belongs to --target wasm`, 2);
      return packC(network, { output: flags.output, state: flags.state ?? net !== undefined, json: flags.json, kernels: flags.kernels });
    }
    if (command.getOptionValueSource("kernels") === "cli") throw new MayflyError("--kernels belongs to --target c", 2);
    const header = headerPath(flags);
    await checkTargets(flags.output, header);
    const { module, facts } = await packNetwork(network, {
      build: flags.build,
      state: flags.state ?? net !== undefined,
      pageBytes: flags.pageSize === "1" ? 1 : 65536,
    });
    await writeAtomically(flags.output, module);
    if (header !== null) await writeAtomically(header, cHeader(identifierOf(basename(flags.output, extname(flags.output))), facts, network));

    const { bytes } = network.plan;
    say(style.bold(flags.output));
    say(`${count(facts.bytes.module)} bytes (${bytesText(facts.bytes.module)}): code ${count(facts.bytes.code)}, ${facts.state ? `data ${count(facts.bytes.data)} with the state of ${count(network.samples)} samples` : `data ${count(facts.bytes.data)} with the spec`}; ${facts.build} build`);
    say(`${count(facts.heapBase)} bytes of memory, ${count(facts.pages)} page${facts.pages === 1 ? "" : "s"} of ${count(facts.pageBytes)}: checkpoint ${count(bytes.checkpoint)}, scratch ${count(bytes.scratch)}, layer table ${count(bytes.table)}, engine tables ${count(bytes.static)}`);
    if (header !== null) say(`C header: ${header}`);
    if (flags.json) sayJson({ file: flags.output, header, ...factsJson(facts), plan: bytes, spec: network.spec, samples: network.samples, weightsHash: network.weightsHash() });
  });
}

function factsJson({ bytes, heapBase, dataEnd, pages, pageBytes, build, state, engineHash }: PackedFacts): Record<string, unknown> {
  return { build, state, bytes: { ...bytes, memory: heapBase }, heapBase, dataEnd, pages, pageBytes, engineHash };
}

function describedNetwork(command: Command, flags: PackFlags): Network {
  if (!flags.layers || (!flags.input && !flags.with?.["stream"])) throw new MayflyError("nothing to pack: give a run directory or a .mayfly file, or --layers and --input for an untrained network", 2);
  checkNetworkFlags(command, flags);
  return Network.create(specFrom(flags, inputShape(flags), flags.classes));
}

async function modelNetwork(command: Command, path: string): Promise<Network> {
  const given = command.options.find((option) => !PACK_OPTIONS.includes(option.attributeName()) && command.getOptionValueSource(option.attributeName()) === "cli");
  if (given) throw new MayflyError(`${given.long} describes a network, and ${path} is one already: give one of the two`, 2);
  return (await openModel(path)).network;
}

function headerPath({ header, output }: PackFlags): string | null {
  if (header === false) return null;
  return header ?? join(dirname(output), `${basename(output, extname(output))}.mayfly.h`);
}

/** Packing takes a second: what cannot be written should be said before. */
async function checkTargets(output: string, header: string | null): Promise<void> {
  if (header === output) throw new MayflyError(`the module and its header cannot both be ${output}`, 2);
  for (const path of header === null ? [output] : [output, header]) {
    const target = await stat(path).catch(() => null);
    if (target?.isDirectory()) throw new MayflyError(`cannot write ${path}: it is a folder`, 1);
    const folder = await stat(dirname(path)).catch(() => null);
    if (!folder?.isDirectory()) throw new MayflyError(`cannot write ${path}: there is no folder ${dirname(path)}`, 1);
  }
}
