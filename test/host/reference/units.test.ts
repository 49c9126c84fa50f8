/** The small parts that references share: frames of a step, waves, fields, pooling. */
import { expect, test } from "vitest";
import { startNamed } from "../../../host/reference/backends/registry.js";
import { seenByPlaces } from "../../../host/reference/fields.js";
import { checkSupported, readFixedSpec } from "../../../host/reference/fixed_spec.js";
import { drawMask } from "../../../host/reference/hybrid.js";
import { shifted } from "../../../host/reference/jitter.js";
import { phaseOf } from "../../../host/reference/phases.js";
import { byPlaces, pooled } from "../../../host/reference/pooling.js";
import { Generator } from "../../../host/random.js";
import { StepFrames } from "../../../host/reference/step_frames.js";
import { targetsOf } from "../../../host/reference/targets.js";
import { labelled } from "../../../host/reference/waves.js";
import { encodeSpec } from "../../../host/spec/encode.js";
import { resolveSpec } from "../../../host/spec/network_spec.js";

const spec = resolveSpec({ input: { width: 3, height: 2, channels: 1 }, classes: 2, layers: [{ units: 4 }] });
const frame = Uint8Array.of(1, 2, 3, 4, 5, 6);

test("a frame that is moved leaves zeros behind, and the label's place is left out first", () => {
  expect([...shifted(spec, frame, { dx: 1, dy: 0 })]).toEqual([0, 1, 2, 0, 4, 5]);
  expect([...shifted(spec, frame, { dx: -1, dy: 1 })]).toEqual([0, 0, 0, 2, 3, 0]);
  expect([...shifted(spec, frame, { dx: 1, dy: 0 }, 2)]).toEqual([0, 0, 0, 0, 4, 5]);
});

test("a mask is blurred into blots, and a constant stays constant", () => {
  const wide = { ...spec, input: { width: 28, height: 28, channels: 1 } };
  const changes = (blurs: number): number => drawMask({ ...wide, maskBlurs: blurs }, Generator.of(1, 4)).reduce((sum, value, at, all) => sum + (at % 28 > 0 && (value >= 128) !== (all[at - 1]! >= 128) ? 1 : 0), 0);
  expect(changes(0)).toBeGreaterThan(300);
  expect(changes(6)).toBeLessThan(changes(0) / 3);
});

test("phases follow each other, and without sleep positives teach for ever", () => {
  const apart = { ...spec, phases: { awake: 2, asleep: 1 } };
  expect([0, 1, 2, 3].map((step) => phaseOf(apart, step).positive)).toEqual([true, true, false, true]);
  expect(phaseOf({ ...spec, phases: { awake: 1, asleep: 0 } }, 7)).toEqual({ positive: true, negative: false });
  expect(phaseOf(spec, 7)).toEqual({ positive: true, negative: true });
});

test("a wave of no intensity to speak of leaves the frame, and classes differ", () => {
  const waved = { ...spec, input: { width: 5, height: 7, channels: 1 }, waves: { set: 1, intensity: 0.5 } };
  const grey = new Uint8Array(35).fill(100);
  expect([...labelled({ ...spec, waves: { set: 1, intensity: 1 / 256 } }, frame, "neutral")]).toEqual([1, 2, 3, 4, 5, 6].map((value) => (value * 255 + 128 + 128) >> 8));
  expect(labelled(waved, grey, 0)).not.toEqual(labelled(waved, grey, 1));
});

test("what a spec says is given must come along", () => {
  expect(() => new StepFrames({ ...spec, negatives: "given" }).next(frame)).toThrow(/negatives are "given"/);
  expect(() => targetsOf({ ...spec, targets: "given" }, 0)).toThrow(/targets are "given"/);
});

test("boxes, corrupted negatives and front ends are refused by name, and nothing else is", () => {
  expect(() => checkSupported({ ...spec, negatives: "corrupted" })).toThrow(/no corrupted negatives yet: use the engine/);
  expect(() => checkSupported({ ...spec, stream: {} as NonNullable<typeof spec.stream> })).toThrow(/no front ends yet/);
  const box = resolveSpec({ ...spec, label: { placement: "replace" }, input: { width: 8, height: 8, channels: 1 }, maskBlurs: undefined, layers: [{ kind: "box", units: 4 }, { units: 4 }] });
  expect(() => checkSupported(box)).toThrow(/no boxes .*use the engine/);
  expect(() => checkSupported({ ...box, layers: box.layers.slice(1) })).not.toThrow();
});

test("a place sees its field, the field above, and the bias; outside is the column of zeros", () => {
  const recurrent = resolveSpec({ input: { width: 2, height: 1, channels: 1 }, classes: 2, bias: 1, recurrence: { iterations: 1 }, layers: [{ kind: "local", channels: 1, field: 3, padding: 1 }, { kind: "local", channels: 1, field: 3, padding: 1 }] });
  const { layout, inputs, rows } = readFixedSpec(encodeSpec(recurrent)).layers[0]!;
  // Inputs: 2 of the frame, 2 units above, the bias; 5 is outside.
  expect(inputs).toBe(5);
  expect(rows).toBe(19);
  const seen = seenByPlaces(layout!, inputs);
  expect([...seen.subarray(0, 19)]).toEqual([5, 5, 5, 5, 0, 1, 5, 5, 5, 5, 5, 5, 5, 2, 3, 5, 5, 5, 4]);
  expect([...seen.subarray(19)]).toEqual([5, 5, 5, 0, 1, 5, 5, 5, 5, 5, 5, 5, 2, 3, 5, 5, 5, 5, 4]);
});

test("pooling takes the largest, the first of equals, and gives back to where it came from", async () => {
  const { tf, read, use } = await startNamed("cpu");
  await use();
  const layout = { below: { width: 1, height: 1, channels: 1 }, height: 2, width: 4, channels: 1, field: 1, stride: 1, padding: 0, pool: 2, belowUnits: 1, above: null };
  const { y, from } = pooled(tf, tf.tensor2d([1, 2, 7, 7, 3, 0, 5, 7], [8, 1]), layout);
  expect([...(await read(y))]).toEqual([3, 7]);
  expect([...(await read(from!))]).toEqual([2, 0]);
  expect([...(await read(byPlaces(tf, tf.tensor2d([[10, 20]]), from, layout)))]).toEqual([0, 0, 20, 0, 10, 0, 0, 0]);
});
