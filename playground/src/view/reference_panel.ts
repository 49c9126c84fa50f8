/** The reference beside the chip. Its code is large, so it is loaded when it is asked for. */
import type { NetworkSpecInput } from "../../../host/spec/network_spec.js";
import { loadFile, startWorker } from "../files.js";
import type { Compared, ReferenceReply, ReferenceRequest } from "../reference/protocol.js";
import { element, table } from "./dom.js";
import { count, percent } from "./format.js";

const EXACT_DIGITS = 20;
const FLOAT_DIGITS = 1024;

/** What the panel asks of the page. */
export interface ReferenceSource {
  spec(): NetworkSpecInput;
  digits(): Promise<Uint8Array<ArrayBuffer>>;
}

export class ReferencePanel {
  private readonly button = element("button", { type: "button", id: "compare" }, "Compare") as HTMLButtonElement;
  private readonly backend = element("p", { class: "says" }, "Loads TensorFlow.js when you ask for it, about 2 MB of this page’s own files.");
  private readonly verdict = element("p", { role: "status", id: "parity" });
  private readonly counts = element("div");
  private readonly float = element("p", { role: "status", id: "float" });
  private worker: Worker | null = null;

  constructor(host: HTMLElement, private readonly source: ReferenceSource) {
    host.append(element("div", { class: "go" }, this.button), element("div", { class: "facts" }, this.backend, this.verdict, this.counts, this.float));
    this.button.addEventListener("click", () => (this.worker ? this.stop("Stopped.") : void this.start()));
  }

  /** Another network: what was compared is no longer it. */
  clear(): void {
    if (this.worker) this.stop("Stopped: the network has changed.");
    this.counts.replaceChildren();
    this.float.textContent = this.verdict.textContent = "";
  }

  private async start(): Promise<void> {
    const spec = this.source.spec();
    this.clear();
    if (spec.layers.some(({ kind }) => kind !== undefined && kind !== "dense")) {
      this.verdict.textContent = "The reference knows dense layers only: take another network.";
      return;
    }
    this.verdict.textContent = "Loading …";
    let script: string;
    try {
      script = await loadFile("reference");
    } catch {
      this.verdict.textContent = "This copy of the page was built without TensorFlow.js: npm install, then npm run playground.";
      return;
    }
    this.worker = startWorker(script);
    this.worker.onmessage = ({ data }: { data: ReferenceReply }) => this.hear(data);
    this.worker.onerror = (event) => {
      event.preventDefault();
      this.stop(`The reference has failed: ${event.message}`);
    };
    this.button.textContent = "Stop";
    const request: ReferenceRequest = { spec, gzipped: await this.source.digits(), exact: EXACT_DIGITS, float: FLOAT_DIGITS };
    this.worker?.postMessage(request);
  }

  private stop(why: string | null): void {
    this.worker?.terminate();
    this.worker = null;
    this.button.textContent = "Compare again";
    if (why !== null) this.verdict.textContent = why;
  }

  private hear(reply: ReferenceReply): void {
    switch (reply.type) {
      case "backend":
        this.backend.textContent = `${reply.name} on ${reply.adapter}.`;
        this.verdict.textContent = "Both start from the same seed …";
        return;
      case "absent": return this.stop(reply.reason);
      case "failed": return this.stop(`The reference has failed: ${reply.message}`);
      case "exact": return this.showExact(reply);
      case "float":
        this.float.textContent = `In floating point, in batches: after ${count(reply.samples)} digits ${percent(reply.float)} wrong, the chip’s integers ${percent(reply.chip)} (of ${count(reply.tested)} test digits).`;
        if (reply.finished) this.stop(null);
    }
  }

  private showExact({ done, layers, readout, finished }: Extract<ReferenceReply, { type: "exact" }>): void {
    const all = [...layers.flatMap((layer) => Object.values(layer) as Compared[]), ...(readout ? [readout] : [])];
    const [compared, differing] = [all.reduce((sum, each) => sum + each.compared, 0), all.reduce((sum, each) => sum + each.differing, 0)];
    this.verdict.className = differing === 0 ? "yes" : "no";
    this.verdict.textContent = `${differing === 0 ? "0" : count(differing)} of ${count(compared)} integers differ after ${done} digit${done === 1 ? "" : "s"}${finished ? (differing === 0 ? ": equal, bit for bit." : ".") : " …"}`;
    const cell = ({ compared: each, differing: wrong }: Compared): string => `${count(wrong)} of ${count(each)}`;
    this.counts.replaceChildren(table(["", "sums", "goodness", "coefficients", "weights"], layers.map(({ sums, goodness, coefficients, weights }, index) => [`layer ${index + 1}`, cell(sums), cell(goodness), cell(coefficients), cell(weights)]), "Integers that differ, of those compared"));
  }
}
