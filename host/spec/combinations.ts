import { MAX_INPUTS, MAX_ROWS } from "../../assembly/abi/limits.js";
import { MayflyError } from "../errors.js";
import { type LayerGeometry, isMap, unitsAbove, unitsOf } from "./geometry.js";
import type { ParsedSpec } from "./network_schema.js";

/** Refuses what cannot work together, with the reason. The engine's own checks say the same in numbers. */
export function checkCombinations(spec: ParsedSpec, geometry: readonly LayerGeometry[], readoutFrom: number | null): void {
  const refuse = (reason: string): never => {
    throw new MayflyError(reason, 2);
  };
  const last = spec.layers.length - 1;
  const { objective, negatives, recurrence, phases } = spec;
  const pair = objective === "pair";
  if (spec.schedule.holdSamples > spec.schedule.totalSamples) refuse("schedule.holdSamples is more than schedule.totalSamples");
  if (spec.goodnessFrom > last) refuse(`goodnessFrom is ${spec.goodnessFrom}, but the layers are 0 to ${last}`);
  if (!pair) checkClasswise(spec, geometry, refuse);
  if (spec.waves && negatives !== "hard" && negatives !== "random") refuse(`waves are labels, but negatives "${negatives}" do without labels`);
  if (phases.awake + phases.asleep > 0) {
    if (spec.loss === "difference") refuse('phases apart in time need loss "threshold": "difference" compares positive and negative with each other');
    if (phases.awake === 0) refuse("phases.awake is 0, so there would be no positive phase");
  }
  if (spec.maskBlurs && negatives !== "hybrid") refuse('maskBlurs belongs to negatives "hybrid"');
  if (spec.corruption && negatives !== "corrupted") refuse('corruption belongs to negatives "corrupted"');
  if (spec.jitter > 0 && (spec.jitter >= spec.input.width || spec.jitter >= spec.input.height)) refuse(`jitter ${spec.jitter} is as large as the ${spec.input.width} x ${spec.input.height} frame`);
  if (recurrence.iterations > 0) {
    const { iterations, last: counted = Math.min(5, iterations), first = Math.min(3, counted) } = recurrence;
    if (first > counted || counted > iterations) refuse(`recurrence counts iterations ${first} to ${counted} of ${iterations}: it needs first <= last <= iterations`);
    geometry.forEach(({ fanIn, below, above }, index) => {
      if (index > 0 && isMap(spec.layers[index]!) && (above.width !== below.width || above.height !== below.height)) {
        refuse(`layer ${index + 1} has ${above.height} x ${above.width} places on ${below.height} x ${below.width}: in a recurrent network a local layer has as many as the one below, e.g. field 5, stride 1, padding 2`);
      }
      const seen = index < last ? unitsAbove(spec, geometry, index) : spec.classes;
      const rows = fanIn + seen + (spec.bias > 0 ? 1 : 0);
      const most = isMap(spec.layers[index]!) ? MAX_ROWS : MAX_INPUTS;
      if (rows > most) refuse(`layer ${index + 1} of the recurrent network sees ${fanIn} values below and ${seen} ${index < last ? "units" : "labels"} above, ${rows} rows in all: ${most} is the most`);
    });
    if (!pair || !(negatives === "hard" || negatives === "random")) refuse("a recurrent network has its label clamped on top: it needs the pair objective and negatives by label");
    if (spec.waves) refuse("a recurrent network has its label clamped on top, so it takes no waves");
    for (const layer of spec.layers) if (layer.kind === "box" || layer.kind === "conv") refuse(`a recurrent network is made of dense and local layers, not ${layer.kind}`);
  }
  if (recurrence.stream && recurrence.iterations === 0) refuse("recurrence.stream needs iterations: how many each frame of the stream gets, e.g. 1");
  if (spec.device !== 0 && spec.layers.some(isMap)) refuse("a device of its own has dense layers: its peculiarities are drawn unit by unit, and the places of a map are not computed in that order");
  if (spec.targets === "given" && pair && readoutFrom === null) refuse('targets "given" are learned by the readout or by the class-wise objective, and this network has neither');
  spec.layers.forEach((layer, index) => {
    const name = `layer ${index + 1}`;
    if (layer.kind === "box" && index === last) refuse(`${name}, the last, is a box: there is nothing behind it to learn`);
    if (layer.kind === "box" && ((layer.blocks ?? 1) > 1 || (layer.ceiling ?? 0) > 0 || (layer.peer ?? 0) > 0)) refuse(`${name} is a box: what it computes is the host's business, so it has no blocks, ceiling or peer`);
    if (layer.bandRows !== undefined && layer.bandRows > 0) {
      if (recurrence.iterations > 0) refuse(`${name}: bandRows belongs to feed-forward networks; a recurrent one keeps the state of every unit`);
      if ((layer.peer ?? 0) > 0) refuse(`${name}: bandRows goes without peer normalisation, which has a mean for every unit of the map`);
    }
    if (layer.blocks !== undefined && layer.blocks > 1) {
      const units = unitsOf(geometry[index]!.above);
      if (isMap(layer)) refuse(`${name}: blocks belong to dense layers; the places of a map have channels`);
      if (units % layer.blocks !== 0) refuse(`${name} has ${units} units, which do not divide into ${layer.blocks} blocks of equal size`);
    }
    if (layer.sample !== undefined && layer.sample > 0 && pair) refuse(`${name}: sampled coefficients belong to the class-wise objective`);
    if (layer.peer !== undefined && layer.peer > 0 && !pair) refuse(`${name}: peer normalisation belongs to the pair objective`);
  });
}

function checkClasswise(spec: ParsedSpec, geometry: readonly LayerGeometry[], refuse: (reason: string) => never): void {
  if (spec.negatives === "hybrid" || spec.negatives === "given" || spec.negatives === "corrupted") refuse(`negatives "${spec.negatives}" belong to the pair objective: classwise has no negatives`);
  if (spec.sense === "minimise") refuse('sense "minimise" belongs to the pair objective: classwise compares the groups\' goodness');
  if (spec.phases.awake + spec.phases.asleep > 0) refuse("phases belong to the pair objective: classwise has no negatives");
  if (spec.waves) refuse("waves belong to the pair objective: classwise has no label in its input");
  spec.layers.forEach((layer, index) => {
    const units = geometry[index]!.above.channels;
    const what = isMap(layer) ? "channels" : "units";
    if (layer.kind !== "box" && units % spec.classes !== 0) {
      const near = Math.max(1, Math.round(units / spec.classes)) * spec.classes;
      refuse(`layer ${index + 1} has ${units} ${what}, which do not divide into ${spec.classes} classes of equal size: try ${near}`);
    }
    if ((layer.blocks ?? 1) > 1) refuse(`layer ${index + 1}: blocks belong to the pair objective; classwise has its groups`);
  });
}
