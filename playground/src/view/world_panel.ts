/** What stands between the digits and the sensor. */
import { CLEAN, describeWorld, type World, type WorldKind } from "../world.js";
import type { Seen } from "../protocol.js";
import { element } from "./dom.js";
import { SeenStrip } from "./pictures.js";

const KINDS: readonly (readonly [WorldKind, string])[] = [["clean", "as it was"], ["noise", "noise"], ["invert", "inverted"], ["rotate", "rotated"]];
/** Of the kinds that have a strength: what the slider goes through. */
const AMOUNTS: Readonly<Partial<Record<WorldKind, { readonly min: number; readonly max: number; readonly step: number; readonly first: number; readonly unit: string; readonly label: string }>>> = {
  noise: { min: 5, max: 60, step: 5, first: 30, unit: " %", label: "Share of spoiled pixels" },
  rotate: { min: 15, max: 180, step: 15, first: 90, unit: "°", label: "Angle" },
};

export class WorldPanel {
  world: World = CLEAN;
  private readonly kinds = element("fieldset", { class: "segments", id: "worlds" }, element("legend", {}, "The sensor sees"),
    ...KINDS.map(([value, text]) => element("label", {}, element("input", { type: "radio", name: "world", value, ...(value === "clean" && { checked: "" }) }), element("span", {}, text))));
  private readonly amount = element("input", { type: "range", id: "amount" }) as HTMLInputElement;
  private readonly amountLabel = element("label", { for: "amount" });
  private readonly output = element("output", { for: "amount" });
  private readonly slider = element("div", { class: "slider", hidden: "" }, this.amountLabel, this.amount, this.output);
  private readonly strip: SeenStrip;

  constructor(host: HTMLElement, changed: (world: World) => void) {
    host.append(this.kinds, this.slider);
    this.strip = new SeenStrip(host);
    this.kinds.addEventListener("change", () => {
      const kind = this.kinds.querySelector<HTMLInputElement>("input:checked")!.value as WorldKind;
      const range = AMOUNTS[kind];
      this.slider.hidden = range === undefined;
      if (range) {
        Object.assign(this.amount, { min: String(range.min), max: String(range.max), step: String(range.step) });
        this.amount.value = String(range.first);
        this.amountLabel.textContent = range.label;
        this.output.textContent = `${range.first}${range.unit}`;
      }
      changed(this.world = { kind, amount: range?.first ?? 0 });
    });
    this.amount.addEventListener("input", () => (this.output.textContent = `${this.amount.value}${AMOUNTS[this.world.kind]?.unit ?? ""}`));
    this.amount.addEventListener("change", () => changed(this.world = { kind: this.world.kind, amount: Number(this.amount.value) }));
  }

  show(seen: readonly Seen[]): void {
    this.strip.show(seen);
  }

  describe(): string {
    return describeWorld(this.world);
  }
}
