/** Receptive fields, and what the sensor delivered. */
import { diverging } from "../../../host/report/diverging.js";
import { SIDE } from "../digits.js";
import type { Field, Seen } from "../protocol.js";
import { element } from "./dom.js";

const COLUMNS = 6;

/** All fields in one picture, each with its own scale. */
export class FieldsPicture {
  private readonly canvas = element("canvas", { class: "pixels", role: "img" }) as HTMLCanvasElement;

  constructor(host: HTMLElement) {
    host.append(this.canvas);
  }

  show(fields: readonly Field[], samples: number): void {
    const [first] = fields;
    if (!first) return;
    const [width, height] = [first.width + 1, first.height + 1];
    this.canvas.width = COLUMNS * width - 1;
    this.canvas.height = Math.ceil(fields.length / COLUMNS) * height - 1;
    this.canvas.setAttribute("aria-label", `Weights of ${fields.length} units of the first layer over the image, after ${samples.toLocaleString("en")} digits`);
    const context = this.canvas.getContext("2d")!;
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    fields.forEach((field, index) => {
      const image = context.createImageData(field.width, field.height);
      const most = field.values.reduce((max, value) => Math.max(max, Math.abs(value)), 0) || 1;
      field.values.forEach((value, at) => image.data.set([...diverging(value / most), 255], 4 * at));
      context.putImageData(image, (index % COLUMNS) * width, Math.floor(index / COLUMNS) * height);
    });
  }
}

/** A frame in black on white, as ink on paper. */
export function drawFrame(canvas: HTMLCanvasElement, frame: Uint8Array): void {
  canvas.width = SIDE;
  canvas.height = SIDE;
  const context = canvas.getContext("2d")!;
  const image = context.createImageData(SIDE, SIDE);
  frame.forEach((value, at) => image.data.set([255 - value, 255 - value, 255 - value, 255], 4 * at));
  context.putImageData(image, 0, 0);
}

export class SeenStrip {
  private readonly host: HTMLElement;

  constructor(host: HTMLElement) {
    this.host = element("div", { class: "seen", role: "img", "aria-label": "Digits as the sensor delivers them: none yet" });
    host.append(this.host);
  }

  show(seen: readonly Seen[]): void {
    while (this.host.children.length < seen.length) this.host.append(element("figure", {}, element("canvas", { class: "pixels" }), element("figcaption")));
    while (this.host.children.length > seen.length) this.host.lastElementChild?.remove();
    seen.forEach(({ frame, label }, index) => {
      const figure = this.host.children[index]!;
      drawFrame(figure.querySelector("canvas")!, frame);
      figure.querySelector("figcaption")!.textContent = String(label);
    });
    if (seen.length > 0) this.host.setAttribute("aria-label", `The last ${seen.length} digits as the sensor delivered them: ${seen.map(({ label }) => label).join(", ")}`);
  }
}
