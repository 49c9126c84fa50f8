import type { Command } from "commander";
import { memoryMap } from "./memory_map.js";
import { openModel } from "./model_file.js";
import { count, say, sayJson, style, table } from "./output.js";

export function addInspectCommand(program: Command): void {
  program.command("inspect")
    .summary("what is in a model file")
    .description("Shows what is in a model: network, learning settings, samples seen, memory, hashes. Checks its CRC.")
    .argument("<model>", "run directory or .mayfly file")
    .option("--json", "print one JSON object on stdout")
    .action(async (model: string, flags: { json?: boolean }) => {
      const { network, file } = await openModel(model);
      const { spec, plan } = network;
      if (flags.json) sayJson({ file, spec, samples: network.samples, bytes: plan.bytes, pages: plan.pages, weightsHash: network.weightsHash() });
      say(style.bold(file));
      say(`input ${spec.input.width}×${spec.input.height}×${spec.input.channels}, ${spec.classes} classes, label ${spec.label.placement === "none" ? "not an input" : `${spec.label.placement}, level ${spec.label.level}`}`);
      say(`objective ${spec.objective}${spec.objective === "pair" ? `, loss ${spec.loss}, ${spec.negatives} negatives` : ""}`);
      say(`readout ${spec.readout.from === null ? "none" : `from layer ${spec.readout.from + 1}, rate ${spec.readout.rate.toPrecision(3)}`}; goodness from layer ${spec.goodnessFrom + 1}; input dropout ${spec.inputDropout.toFixed(3)}; bias ${spec.bias}`);
      say(`${count(network.samples)} samples trained of ${count(spec.schedule.totalSamples)} (full rate for ${count(spec.schedule.holdSamples)}), seed ${spec.seed}`);
      say(`weights ${network.weightsHash()}`);
      say();
      const rows = [["layer", "kind", "units", "weights", "step", "rate", "T", "decay"]];
      for (const [index, layer] of spec.layers.entries()) {
        rows.push([String(index + 1), layer.kind, String(layer.units), layer.weights, `2^-${layer.scale}`, layer.rate.toPrecision(3), String(layer.temperature), String(layer.decay)]);
      }
      for (const line of table(rows, 2)) say(line);
      say();
      for (const line of memoryMap(plan)) say(line);
    });
}
