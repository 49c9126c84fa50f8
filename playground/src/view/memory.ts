/** The memory map: the board's RAM as a bar, every region as a table. */
import type { Reply } from "../protocol.js";
import { element, table } from "./dom.js";
import { count } from "./format.js";

type Planned = Extract<Reply, { type: "planned" }>;

/** Okabe and Ito's, told apart with any colour vision. */
const COLOURS = ["#0072b2", "#56b4e9", "#009e73", "#e69f00", "#cc79a7", "#999999"];

export function memoryView({ plan, board, fitting, limitBytes }: Planned): Node[] {
  if (!plan || !board) return [element("p", {}, "Nothing to show: the network cannot be planned.")];
  const { bytes, bands } = plan;
  const { ram } = board;
  const parts = [
    ["weights", bytes.weights], ["readout", bytes.readout], ["scratch, by the widest layer and never by depth", bytes.scratch], ["state, tables", bytes.state + bytes.table + bytes.static],
    ["stack and firmware", ram.stackBytes + ram.runtimeBytes + ram.platformBytes],
  ] as const;
  const used = parts.reduce((sum, [, size]) => sum + size, 0);
  const whole = Math.max(used, ram.bytes);
  const stack = element("div", { class: "stack", role: "img", "aria-label": `${count(used)} of ${count(ram.bytes)} bytes of RAM: ${parts.map(([name, size]) => `${name} ${count(size)}`).join(", ")}` },
    ...parts.map(([, size], index) => {
      const part = element("span");
      part.style.width = `${(100 * size) / whole}%`;
      part.style.setProperty("--c", COLOURS[index]!);
      return part;
    }));
  const legend = element("ul", { class: "legend" }, ...parts.map(([name, size], index) => {
    const item = element("li", {}, `${name} ${count(size)}`);
    item.style.setProperty("--c", COLOURS[index]!);
    return item;
  }));
  const free = ram.bytes - used;
  return [
    element("p", { class: "says" }, free >= 0 ? `${count(free)} of the board’s ${count(ram.bytes)} bytes stay free.` : `${count(-free)} bytes more than the board’s ${count(ram.bytes)}.`),
    stack, legend,
    ...(bands.length > 0 ? [element("p", { class: "says" }, `So that it fits, maps are worked in bands: ${bands.map(({ layer, rows, of }) => `layer ${layer + 1} ${rows} of ${of} rows at a time`).join(", ")}.`)] : []),
    element("details", {}, element("summary", {}, `Every region of the ${count(bytes.total)} bytes of linear memory`),
      table(["region", "address", "bytes", "in a checkpoint", "what for"], plan.regions.map(({ name, offset, bytes: size, persistent, purpose }) => [name, `0x${offset.toString(16)}`, count(size), persistent ? "yes" : "no", purpose]), "Regions in memory order")),
    element("details", {}, element("summary", {}, `Boards that can train it: ${fitting.length}`),
      fitting.length > 0 ? table(["board", "spare bytes"], fitting.map(({ title, spareBytes }) => [title, count(spareBytes)]), `With two checkpoint slots in flash; linear memory of up to ${count(limitBytes)} bytes on the chosen one`) : element("p", {}, "None: make it smaller.")),
  ];
}
