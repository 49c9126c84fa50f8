/** What recurrence costs in memory, and what the engine refuses. */
import { describe, expect, test } from "vitest";
import { REGION_UNIT_INPUTS, REGION_UNIT_STATE } from "../../../assembly/abi/region.js";
import {
  KIND_BOX, LABEL_APPEND, LAYER_KIND, LAYER_UNITS, NEGATIVES_HYBRID, RECURRENCE_STREAM, SPEC_DAMPING, SPEC_HEADER_WORDS, SPEC_INPUT_DROPOUT, SPEC_INPUT_WIDTH,
  SPEC_LABEL_PLACEMENT, SPEC_LAYER_WORDS, SPEC_MASK_BLURS, SPEC_NEGATIVES, SPEC_OBJECTIVE, SPEC_RECURRENCE,
} from "../../../assembly/abi/spec.js";
import { BAD_SPEC } from "../../../assembly/abi/status.js";
import { loadEngine } from "../../../host/engine/load.js";
import { planMemory } from "../../../host/engine/plan.js";
import { encodeSpec } from "../../../host/spec/encode.js";
import { type NetworkSpecInput, resolveSpec } from "../../../host/spec/network_spec.js";

const mnist: NetworkSpecInput = { input: { width: 28, height: 28, channels: 1 }, classes: 10, layers: [{ units: 250 }, { units: 250 }], recurrence: { iterations: 8 } };
const plan = (change: Partial<NetworkSpecInput>) => planMemory({ ...mnist, ...change });
const bytesOf = (change: Partial<NetworkSpecInput>) => plan(change).bytes;

test("memory does not grow with the number of iterations", () => {
  const few = bytesOf({ recurrence: { iterations: 1 } });
  expect(bytesOf({ recurrence: { iterations: 64, first: 1, last: 64 } })).toEqual(few);
  const stream = bytesOf({ recurrence: { iterations: 1, stream: true } });
  expect(bytesOf({ recurrence: { iterations: 64, stream: true } })).toEqual(stream);
});

test("each layer keeps two rows of state, which no checkpoint holds; a stream keeps one for each class, and they are in it", () => {
  const state = (change: Partial<NetworkSpecInput>) => plan(change).regions.filter(({ kind }) => kind === REGION_UNIT_STATE || kind === REGION_UNIT_INPUTS)
    .map(({ kind, layer, rows, columns, bytes, persistent }) => [kind, layer, rows, columns, bytes, persistent]);
  const expected = (rows: number, persistent: boolean) => [0, 1].flatMap((layer) => [[REGION_UNIT_STATE, layer, rows, 250, rows * 256 * 2, persistent], [REGION_UNIT_INPUTS, layer, rows, 250, rows * 256, persistent]]);
  expect(state({})).toEqual(expected(2, false));
  expect(state({ recurrence: { iterations: 1, stream: true } })).toEqual(expected(10, true));
  expect(state({ recurrence: { iterations: 0 } })).toEqual([]);
});

test("a deeper network has more scratch by its layers' state only", () => {
  const scratch = (layers: number) => bytesOf({ layers: Array.from({ length: layers }, () => ({ units: 250 })) }).scratch;
  expect(scratch(5) - scratch(4)).toBe(2 * 256 * 3);
});

describe("specs that the engine refuses by themselves", () => {
  const mnistWords = encodeSpec(resolveSpec(mnist));
  const refused = (change: Readonly<Record<number, number>>, size: "core" | "full" = "full", words = mnistWords) => {
    const engine = loadEngine("scalar", size).start(1);
    const changed = Int32Array.from(words, (word, index) => change[index] ?? word);
    new Int32Array(engine.memory.buffer, engine.spec_address(), changed.length).set(changed);
    const status = engine.plan();
    return status < 0 ? [status, engine.status_detail()] : status;
  };
  const recurrence = (iterations: number, first: number, last: number, more = 0) => ({ [SPEC_RECURRENCE]: iterations | (first << 8) | (last << 16) | more });

  test("as it is, it is taken, by the full build only", () => {
    expect(refused({})).toBe(planMemory(mnist).bytes.total);
    expect(refused({}, "core")).toEqual([BAD_SPEC, SPEC_LABEL_PLACEMENT]);
    expect(refused({ [SPEC_LABEL_PLACEMENT]: LABEL_APPEND }, "core")).toEqual([BAD_SPEC, SPEC_RECURRENCE]);
  });

  test.each([
    ["no first iteration", recurrence(8, 0, 5)],
    ["the last before the first", recurrence(8, 5, 4)],
    ["the last behind all", recurrence(8, 3, 9)],
    ["too many", recurrence(65, 3, 5)],
    ["bits that mean nothing", recurrence(8, 3, 5, RECURRENCE_STREAM << 1)],
  ])("%s", (_, change) => expect(refused(change)).toEqual([BAD_SPEC, SPEC_RECURRENCE]));

  test("others' fields that do not fit", () => {
    expect(refused({ [SPEC_DAMPING]: 256 })).toEqual([BAD_SPEC, SPEC_DAMPING]);
    expect(refused({ [SPEC_RECURRENCE]: 0, [SPEC_LABEL_PLACEMENT]: LABEL_APPEND })).toEqual([BAD_SPEC, SPEC_DAMPING]);
    expect(refused({ [SPEC_LABEL_PLACEMENT]: LABEL_APPEND })).toEqual([BAD_SPEC, SPEC_LABEL_PLACEMENT]);
    expect(refused({ [SPEC_NEGATIVES]: NEGATIVES_HYBRID, [SPEC_MASK_BLURS]: 1 })).toEqual([BAD_SPEC, SPEC_RECURRENCE]);
    expect(refused({ [SPEC_HEADER_WORDS + LAYER_KIND]: KIND_BOX })).toEqual([BAD_SPEC, SPEC_HEADER_WORDS + LAYER_KIND]);
    expect(refused({ [SPEC_OBJECTIVE]: 1 })).toEqual([BAD_SPEC, SPEC_RECURRENCE]);
  });

  test("more rows than a sum can hold", () => {
    const units = (layer: number) => SPEC_HEADER_WORDS + layer * SPEC_LAYER_WORDS + LAYER_UNITS;
    expect(refused({ [SPEC_INPUT_DROPOUT]: 0, [units(1)]: 3840 - 784 })).toBeGreaterThan(0);
    expect(refused({ [SPEC_INPUT_DROPOUT]: 0, [units(1)]: 3840 - 784 + 1 })).toEqual([BAD_SPEC, SPEC_INPUT_WIDTH]);
    // The second layer sees 2,841 units below and 1,000 above.
    const three = encodeSpec(resolveSpec({ ...mnist, layers: [{ units: 250 }, { units: 250 }, { units: 250 }] }));
    expect(refused({ [SPEC_INPUT_DROPOUT]: 0, [units(0)]: 2841, [units(2)]: 1000 }, "full", three)).toEqual([BAD_SPEC, units(1)]);
    expect(() => resolveSpec({ ...mnist, inputDropout: 0, layers: [{ units: 250 }, { units: 3057 }] })).toThrow(/layer 1 of the recurrent network sees 784 values below and 3057 units above, 3841 rows in all: 3840 is the most/);
  });
});
