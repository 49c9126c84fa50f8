/** The state of the device at a glance. */
import type { BoardPlan } from "../../../firmware-sim/boards/plan_board.js";
import type { Range } from "../../../firmware-sim/metering/cost.js";
import type { Progress, Reply } from "../protocol.js";
import { byId, setText } from "./dom.js";
import { count, digits, duration, energy, kilobytes, percent } from "./format.js";

export class Tiles {
  private endurance = 0;

  planned({ plan, limitBytes }: Extract<Reply, { type: "planned" }>): void {
    const meter = byId("ram-meter");
    const total = plan?.bytes.total ?? 0;
    setText(byId("tile-ram"), plan ? kilobytes(total) : "–");
    setText(byId("note-ram"), plan ? `of ${kilobytes(limitBytes)}` : "");
    meter.classList.toggle("over", total > limitBytes);
    meter.setAttribute("aria-label", `${count(total)} of ${count(limitBytes)} bytes`);
    (meter.firstElementChild as HTMLElement).style.width = `${Math.min(100, (100 * total) / limitBytes)}%`;
    setText(byId("note-time"), "");
    setText(byId("note-energy"), "");
  }

  metered({ stepMs, stepMilliJ }: BoardPlan): void {
    setText(byId("note-time"), stepMs ? `${range(stepMs)} ms a digit, estimated` : "");
    setText(byId("note-energy"), stepMilliJ ? `${range(stepMilliJ)} mJ a digit, estimated` : "");
  }

  configured({ enduranceCycles }: Extract<Reply, { type: "configured" }>): void {
    this.endurance = enduranceCycles;
  }

  /** Nothing is known of a device that is not there yet. */
  clear(): void {
    for (const [id, text] of [["tile-samples", "0"], ["note-samples", "standing still"], ["tile-error", "–"], ["tile-flash", "0"], ["note-flash", "checkpoints written"], ["tile-time", "0 s"], ["tile-energy", "0 mJ"]] as const) setText(byId(id), text);
  }

  progress({ samples, seconds, milliJoules, checkpoints, erases, wear, rate }: Progress, running: boolean): void {
    setText(byId("tile-samples"), count(samples));
    setText(byId("note-samples"), running ? (rate > 0 ? `${digits(rate)} a second here` : "starting") : samples > 0 ? "paused" : "standing still");
    setText(byId("tile-flash"), count(checkpoints));
    setText(byId("note-flash"), `checkpoint${checkpoints === 1 ? "" : "s"}, ${count(erases)} erases, wear ${count(wear)} of ${count(this.endurance)}`);
    setText(byId("tile-time"), duration(seconds));
    setText(byId("tile-energy"), energy(milliJoules));
  }

  tested({ samples, goodness, readout, count: tested }: Extract<Reply, { type: "tested" }>): void {
    const error = goodness ?? readout;
    setText(byId("tile-error"), error === null || samples === 0 ? "–" : percent(error));
    setText(byId("note-error"), `of ${count(tested)} digits kept apart`);
  }

  dark(): void {
    setText(byId("note-samples"), "no power");
  }
}

function range({ low, high }: Range): string {
  const [from, to] = [digits(low), digits(high)];
  return from === to ? from : `${from}–${to}`;
}
