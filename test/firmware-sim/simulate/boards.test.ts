import { describe, expect, it } from "vitest";
import { allBoards, findBoard } from "../../../firmware-sim/boards/load.js";
import { simulate } from "../../../firmware-sim/simulate.js";
import { simulatedBoard } from "../../../firmware-sim/simulated_board.js";
import { planMemory } from "../../../host/engine/plan.js";
import type { NetworkSpecInput } from "../../../host/spec/network_spec.js";
import { dataFor } from "./job.js";

const INPUT = { input: { width: 8, height: 8, channels: 1 }, classes: 4, seed: 2, negatives: "random", readout: { from: null } } as const;
/** Wider would only take longer: a reserve takes what RAM is left. */
const WIDEST = 256;

function network(units: number): NetworkSpecInput {
  return { ...INPUT, layers: [{ units }] };
}

/** The widest layer that fits. */
function widest(bytes: number): { spec: NetworkSpecInput; total: number } {
  for (let units = WIDEST; units >= 8; units -= 8) {
    const { total } = planMemory(network(units), { build: "scalar" }).bytes;
    if (total <= bytes) return { spec: network(units), total };
  }
  throw new Error(`nothing fits in ${bytes} bytes`);
}

describe.each(allBoards().map((board) => [board.name, board] as const))("on %s", (_, board) => {
  it("a network that fits to the byte trains through power cuts; with one byte less the job dies with a report", () => {
    const { spec, total } = widest(simulatedBoard(board).engineBytes);
    // What is in one piece may be less than what is left over all.
    const free = board.ramBytes.value - simulatedBoard(board).reservedBytes;
    const tight = simulatedBoard(board, free - total);
    expect(tight.engineBytes).toBe(total);
    const options = { spec, data: dataFor(spec, 16), steps: 6, power: { kind: "brownouts", cuts: 2 }, seed: 1, checkpointEvery: 3 } as const;
    expect(simulate({ ...options, board: tight })).toMatchObject({ ok: true, cuts: 2, lost: 0, ram: { bytes: total, limitBytes: total } });
    expect(() => simulate({ ...options, board: simulatedBoard(board, free - total + 1) })).toThrow(new RegExp(`^${board.name} is out of memory: .*: 1 byte over$`));
  });
});

describe("a board", () => {
  it("that is unknown is answered with the ones that are like it", () => {
    expect(() => findBoard("rp2041")).toThrow(/there is no board "rp2041".*rp2040/);
  });

  it("whose RAM is all taken leaves the engine none", () => {
    expect(() => simulatedBoard(findBoard("rp2040"), 1e6)).toThrow(/taken before the engine gets any/);
  });
});
