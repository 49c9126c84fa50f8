/** Power cuts, and the two checkpoint slots. */
import type { SlotState } from "../../../firmware-sim/checkpoint/store.js";
import type { CutPlace, FlashPicture, Reply } from "../protocol.js";
import { cssColour, element } from "./dom.js";
import { count } from "./format.js";

const STATES: Readonly<Record<SlotState, string>> = { blank: "erased", unfinished: "not committed", damaged: "torn", foreign: "of another network", valid: "whole" };
const DURING: Readonly<Record<string, string>> = { boot: "at the start", compute: "in the middle of a training step", wait: "while it waited for a digit", program: "inside a flash write", erase: "inside a flash erase" };
/** Of 255: weights have bytes of 0xFF too, so that a page written to its end is not full by count. */
const WRITTEN = 200;
/** What happened before is old. */
const LOG_LINES = 4;
/** Squares of a slot's picture: one for each page, or for a few where the pages are small. */
const ACROSS = 32;
const MOST_DOWN = 16;

export class PowerPanel {
  private readonly button = element("button", { type: "button", class: "warn", id: "cut", disabled: "" }, "Cut the power") as HTMLButtonElement;
  private readonly place = element("fieldset", { class: "segments" }, element("legend", {}, "When"),
    ...([["flash", "in a flash write"], ["compute", "in mid-step"]] as const).map(([value, text]) => element("label", {}, element("input", { type: "radio", name: "cut", value, ...(value === "flash" && { checked: "" }) }), element("span", {}, text))));
  private readonly slots = [0, 1].map((slot) => {
    const canvas = element("canvas", { class: "pixels", role: "img" }) as HTMLCanvasElement;
    const state = element("p", {}, "erased");
    return { canvas, state, box: element("div", { class: "slot" }, element("h3", {}, `Slot ${slot}`), state, canvas) };
  });
  private readonly log = element("ol", { class: "log", "aria-live": "polite", "aria-label": "What happened to the power" }, element("li", { class: "quiet" }, "Nothing has happened yet."));
  private picture: FlashPicture | null = null;
  private first = true;

  constructor(host: HTMLElement, cut: (place: CutPlace) => void) {
    host.append(element("div", { class: "go" }, this.button, this.place), element("div", { class: "slots" }, ...this.slots.map(({ box }) => box)), this.log);
    this.button.addEventListener("click", () => {
      const chosen = this.place.querySelector<HTMLInputElement>("input:checked")!.value as CutPlace;
      this.enable(false);
      cut(chosen);
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.picture && this.show(this.picture));
  }

  enable(on: boolean): void {
    // A button that is switched off under the finger loses the focus; it is kept nearby.
    if (!on && document.activeElement === this.button) this.place.querySelector<HTMLInputElement>("input:checked")!.focus({ preventScroll: true });
    this.button.disabled = !on;
  }

  clear(): void {
    this.first = true;
    this.log.replaceChildren(element("li", { class: "quiet" }, "Nothing has happened yet."));
  }

  waiting(samples: number, place: CutPlace): void {
    this.say("", place === "flash" ? `The power will die inside the next checkpoint, at digit ${count(samples)} at the latest.` : "The power is about to die.");
  }

  dark({ load, samples, hash }: Extract<Reply, { type: "dark" }>): void {
    this.say("no", `Power lost ${DURING[load]}, ${count(samples)} digits learned, state ${hash}.`);
  }

  resumed({ outcome, slot, samples, hash, committedHash }: Extract<Reply, { type: "resumed" }>): void {
    if (outcome !== "restored") return this.say("", "Power back: no checkpoint had been finished, so it starts from its seed.");
    const same = hash === committedHash;
    this.say(same ? "yes" : "no", `Power back: slot ${slot} is whole, ${count(samples)} digits, state ${hash}: ${same ? "as it was committed" : `NOT as committed (${committedHash})`}.`);
  }

  caughtUp({ samples, hash, expected }: Extract<Reply, { type: "caught up" }>): void {
    const same = hash === expected;
    this.say(same ? "yes" : "no", `Back at ${count(samples)} digits, state ${hash}: ${same ? "equal to what the power cut destroyed, bit for bit" : `NOT equal to ${expected}`}.`);
  }

  parted(): void {
    this.say("", "Its world has changed since the cut, so the state that was lost will not come again.");
  }

  show(picture: FlashPicture): void {
    this.picture = picture;
    const pages = picture.pages.length / this.slots.length;
    const together = Math.ceil(pages / (ACROSS * MOST_DOWN));
    const squares = Math.ceil(pages / together);
    const [empty, full, line] = [rgb(cssColour("fill")), rgb(cssColour("right")), cssColour("fill")];
    this.slots.forEach(({ canvas, state, box }, slot) => {
      const { state: found, samples } = picture.slots[slot]!;
      box.className = `slot ${found === "valid" ? "valid" : found === "damaged" || found === "unfinished" ? "torn" : ""}`;
      const text = `${STATES[found]}${samples === null ? "" : `, ${count(samples)} digits`}`;
      if (state.textContent !== text) state.textContent = text;
      canvas.width = ACROSS;
      canvas.height = Math.ceil(squares / ACROSS);
      canvas.style.background = line;
      canvas.setAttribute("aria-label", `Flash pages of slot ${slot}: ${STATES[found]}`);
      const context = canvas.getContext("2d")!;
      const image = context.createImageData(canvas.width, canvas.height);
      for (let square = 0; square < squares; square++) {
        const own = picture.pages.subarray(slot * pages + square * together, slot * pages + Math.min(pages, (square + 1) * together));
        const share = Math.min(1, own.reduce((sum, written) => sum + written, 0) / own.length / WRITTEN);
        image.data.set([0, 1, 2].map((channel) => empty[channel]! + share * (full[channel]! - empty[channel]!)), 4 * square);
        image.data[4 * square + 3] = 255;
      }
      context.putImageData(image, 0, 0);
    });
  }

  private say(kind: string, text: string): void {
    if (this.first) this.log.replaceChildren();
    this.first = false;
    this.log.prepend(element("li", { class: kind }, text));
    while (this.log.children.length > LOG_LINES) this.log.lastElementChild?.remove();
  }
}

/** A colour of style.css, "#rrggbb" or "#rgb", as numbers. */
function rgb(colour: string): [number, number, number] {
  const hex = colour.length === 4 ? [...colour.slice(1)].map((digit) => digit + digit).join("") : colour.slice(1);
  return [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16)) as [number, number, number];
}
