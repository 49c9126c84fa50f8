/** The drawing pad: pointer, touch, or keys. */
import { SIDE } from "../digits.js";
import { frameOfInk } from "./ink.js";
import { cssColour } from "./dom.js";

/** Of the pad's 280 pixels. */
const PEN = 22;
const KEY_STEP = 14;

export class Pad {
  /** The strokes alone; the pad shows them in the page's colour, and the keyboard's pen over them. */
  private readonly ink = document.createElement("canvas").getContext("2d", { willReadFrequently: true })!;
  private readonly pen = { x: 140, y: 60, down: false, shown: false };
  private last: { x: number; y: number } | null = null;
  private frame: Uint8Array | null = null;

  /** `changed` is given the frame, or null for an empty pad. */
  constructor(private readonly canvas: HTMLCanvasElement, private readonly changed: (frame: Uint8Array | null, done: boolean) => void) {
    this.ink.canvas.width = canvas.width;
    this.ink.canvas.height = canvas.height;
    canvas.addEventListener("pointerdown", (event) => this.start(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const name of ["pointerup", "pointercancel"] as const) canvas.addEventListener(name, () => this.lift());
    canvas.addEventListener("keydown", (event) => this.key(event));
    canvas.addEventListener("focus", () => this.show(canvas.matches(":focus-visible")));
    canvas.addEventListener("blur", () => this.show(false));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.paint());
    this.paint();
  }

  clear(): void {
    this.wipe();
    this.pen.down = false;
    this.frame = null;
    this.paint();
    this.changed(null, true);
  }

  /** Shows a frame as it is, e.g. a test digit. */
  load(frame: Uint8Array): void {
    this.wipe();
    const small = document.createElement("canvas");
    small.width = small.height = SIDE;
    const image = new ImageData(SIDE, SIDE);
    frame.forEach((value, at) => (image.data[4 * at + 3] = value));
    small.getContext("2d")!.putImageData(image, 0, 0);
    this.ink.drawImage(small, 0, 0, this.ink.canvas.width, this.ink.canvas.height);
    this.frame = frame;
    this.paint();
    this.changed(frame, true);
  }

  /** What the label says to those who do not see the pad. */
  describe(what: string): void {
    this.canvas.setAttribute("aria-label", `Drawing pad, ${what}`);
  }

  get current(): Uint8Array | null {
    return this.frame;
  }

  private wipe(): void {
    this.ink.clearRect(0, 0, this.ink.canvas.width, this.ink.canvas.height);
  }

  private at(event: PointerEvent): { x: number; y: number } {
    const box = this.canvas.getBoundingClientRect();
    return { x: ((event.clientX - box.left) / box.width) * this.canvas.width, y: ((event.clientY - box.top) / box.height) * this.canvas.height };
  }

  private start(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.last = this.at(event);
    this.stroke(this.last, this.last, false);
  }

  private move(event: PointerEvent): void {
    if (!this.last) return;
    // All places since the last event, so that quick strokes stay round.
    for (const each of event.getCoalescedEvents?.() ?? [event]) {
      const to = this.at(each);
      this.stroke(this.last, to, false);
      this.last = to;
    }
  }

  private lift(): void {
    if (!this.last) return;
    this.last = null;
    this.report(true);
  }

  private key(event: KeyboardEvent): void {
    const step: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const move = step[event.key];
    if (move) {
      const { pen } = this;
      const inside = (value: number): number => Math.min(Math.max(value, PEN / 2), this.canvas.width - PEN / 2);
      const to = { x: inside(pen.x + move[0] * KEY_STEP), y: inside(pen.y + move[1] * KEY_STEP) };
      if (pen.down) this.stroke(pen, to, true);
      Object.assign(pen, to);
    } else if (event.key === " ") {
      this.pen.down = !this.pen.down;
      if (this.pen.down) this.stroke(this.pen, this.pen, true);
    } else if (event.key === "Delete" || event.key === "Backspace") this.clear();
    else return;
    event.preventDefault();
    this.show(true);
  }

  private show(shown: boolean): void {
    this.pen.shown = shown;
    this.paint();
  }

  private stroke(from: { x: number; y: number }, to: { x: number; y: number }, done: boolean): void {
    const context = this.ink;
    context.lineCap = context.lineJoin = "round";
    context.lineWidth = PEN;
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(to.x + 0.01, to.y);
    context.stroke();
    this.paint();
    this.report(done);
  }

  private report(done: boolean): void {
    this.frame = frameOfInk(this.ink);
    this.changed(this.frame, done);
  }

  private paint(): void {
    const { canvas, ink, pen } = this;
    const context = canvas.getContext("2d")!;
    context.globalCompositeOperation = "source-over";
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.drawImage(ink.canvas, 0, 0);
    context.globalCompositeOperation = "source-in";
    context.fillStyle = cssColour("ink");
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.globalCompositeOperation = "source-over";
    if (!pen.shown) return;
    context.strokeStyle = cssColour("accent");
    context.lineWidth = 3;
    context.beginPath();
    context.arc(pen.x, pen.y, PEN / 2, 0, 2 * Math.PI);
    context.stroke();
    if (pen.down) {
      context.fillStyle = cssColour("accent");
      context.fill();
    }
  }
}
