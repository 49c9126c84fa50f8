/** What a network costs on three boards, by the model of `mayfly plan --board`. */
import { asInput, planBoards, planMemory, selectBoards } from "mayfly";

export const BOARDS = "rp2040,nrf52840,stm32u575";

/** Time and energy of one training step, of one prediction and, of a stream, of one window, each as a range. */
export async function costs(network) {
  const spec = asInput(network.spec);
  const { boards } = await planBoards(selectBoards(BOARDS), spec, planMemory(spec), { epochSamples: 1000, checkpointEvery: { samples: 1000 } });
  return boards.map(({ board, title, fits, stepMs, stepMilliJ, predictMs, predictMilliJ, windowMs, windowMilliJ }) => ({ board, title, fits, stepMs, stepMilliJ, predictMs, predictMilliJ, windowMs, windowMilliJ }));
}

/** "1.2 to 3.4", two digits. */
export function range({ low, high }, factor = 1) {
  const digits = (value) => Number((value * factor).toPrecision(2));
  return digits(low) === digits(high) ? `${digits(low)}` : `${digits(low)} to ${digits(high)}`;
}
