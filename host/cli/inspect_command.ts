import type { Command } from "commander";
import { isMap } from "../spec/geometry.js";
import type { NetworkSpec } from "../spec/network_spec.js";
import { jsonOption, layersText } from "./flags.js";
import { openPacked, packedJson, sayPacked } from "./inspect_packed.js";
import { memoryMap } from "./memory_map.js";
import { openModel } from "./model_file.js";
import { count, say, sayJson, style, table } from "./output.js";

/** What a network is besides layers and objective: a line each for recurrence and for the other variants it uses. */
function variantsOf({ recurrence, jitter, sense, phases, waves, device, targets, maskBlurs, corruption, stream: front, layers }: NetworkSpec): string[] {
  const { iterations, first, last, damping, stream } = recurrence;
  const variants = [
    jitter > 0 ? `jitter ${jitter}` : null,
    maskBlurs > 0 ? `masks blurred ${maskBlurs} times` : null,
    corruption ? `negatives corrupted by ${corruption.ways.join(", ")}, ${(100 * corruption.share).toFixed(0)} % of the frame at most` : null,
    sense === "minimise" ? "goodness of positives minimised" : null,
    phases.awake > 0 ? `phases of ${phases.awake} positive and ${phases.asleep} negative samples` : null,
    waves ? `labels as waves of set ${waves.set}, intensity ${waves.intensity.toPrecision(3)}` : null,
    device > 0 ? `device ${device}` : null,
    targets === "given" ? "targets given" : null,
    ...(["blocks", "ceiling", "peer", "sample"] as const).map((name) => {
      const none = name === "blocks" ? 1 : 0;
      return layers.some((layer) => layer[name] !== none) ? `${name} ${layers.map((layer) => String(layer[name])).join(", ")}` : null;
    }),
  ].filter((variant) => variant !== null);
  return [
    ...(front ? [`front end: ${front.features} of ${front.bands} bands, window ${front.window}, hop ${front.hop}, ${front.channels} channel${front.channels === 1 ? "" : "s"}, ${front.frames} window${front.frames === 1 ? "" : "s"} a frame, scaled by ${front.scaling} over ${front.warmup} windows${front.adapt > 0 ? ` and 2^-${front.adapt} afterwards` : ""}, ${front.coding}${front.falseAlarms > 0 ? `, ${(100 * front.falseAlarms).toFixed(1)} % false alarms` : ""}`] : []),
    ...(iterations > 0 ? [`recurrent: ${iterations} iterations${stream ? " a frame of a stream" : ""}, ${first} to ${last} count and learn, damping ${damping.toPrecision(3)}, label clamped on top`] : []),
    ...(variants.length > 0 ? [`variants: ${variants.join("; ")}`] : []),
  ];
}

export function addInspectCommand(program: Command): void {
  program.command("inspect")
    .summary("show what is in a model or a packed module")
    .description("Shows what is in a model: network, learning settings, samples seen, memory, hashes. Checks its CRC; of a packed module also its hash.")
    .argument("<model>", "run directory, .mayfly file or packed .wasm")
    .addOption(jsonOption())
    .addHelpText("after", `
Example:
  mayfly inspect runs/mnist-256,256-i16-seed1`)
    .action(async (model: string, flags: { json?: boolean }) => {
      const packed = await openPacked(model);
      const { network, file } = packed ? { network: packed.network, file: model } : await openModel(model);
      const { spec, plan } = network;
      const { input, label, readout, schedule } = spec;
      say(style.bold(file));
      if (packed) sayPacked(packed.facts);
      say(`input ${input.width}×${input.height}×${input.channels}, ${spec.classes} classes, label ${label.placement === "none" ? "not an input" : `${label.placement}, level ${label.level}`}`);
      say(`objective ${spec.objective}${spec.objective === "pair" ? `, loss ${spec.loss}, ${spec.negatives} negatives` : ""}`);
      for (const line of variantsOf(spec)) say(line);
      say(`readout ${readout.from === null ? "none" : `from layer ${readout.from + 1}, rate ${readout.rate.toPrecision(3)}`}; goodness from layer ${spec.goodnessFrom + 1}; input dropout ${spec.inputDropout.toFixed(3)}; bias ${spec.bias}`);
      say(`${count(network.samples)} samples trained${schedule.totalSamples === 0 ? ", at a constant rate" : ` of ${count(schedule.totalSamples)} (full rate for ${count(schedule.holdSamples)})`}, seed ${spec.seed}`);
      say(`weights ${network.weightsHash()}`);
      say();
      const rows = [["layer", "kind", "units", "weights", "step", "rate", "T", "decay"]];
      for (const [index, layer] of spec.layers.entries()) {
        rows.push([String(index + 1), isMap(layer) ? layersText([layer]) : layer.kind, String(layer.units), layer.weights, `2^-${layer.scale}`, layer.rate.toPrecision(3), String(layer.temperature), layer.decay === 0 ? "0" : layer.decay.toPrecision(3)]);
      }
      for (const line of table(rows, "llrllrrr")) say(line);
      say();
      for (const line of memoryMap(plan)) say(line);
      if (flags.json) sayJson({ file, spec, samples: network.samples, bytes: plan.bytes, pages: plan.pages, weightsHash: network.weightsHash(), ...(packed ? { packed: packedJson(packed.facts) } : {}) });
    });
}
