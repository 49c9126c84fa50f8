/** The page: what the visitor chooses goes to the workers, what they tell goes to the panels. */
import workerScript from "virtual:worker";
import { fromBase64, loadFile, startWorker } from "./files.js";
import { CUSTOM, customSpec, NETWORKS } from "./networks.js";
import type { BoardName, CutPlace, Reply, Request } from "./protocol.js";
import type { NetworkSpecInput } from "../../host/spec/network_spec.js";
import { Answer } from "./view/answer.js";
import { byId, element, prefersReducedMotion, setText } from "./view/dom.js";
import { GoodnessCharts } from "./view/goodness.js";
import { LearningChart } from "./view/learning.js";
import { memoryView } from "./view/memory.js";
import { Pad } from "./view/pad.js";
import { FieldsPicture } from "./view/pictures.js";
import { PowerPanel } from "./view/power.js";
import { ReferencePanel } from "./view/reference_panel.js";
import { Tiles } from "./view/tiles.js";
import { WorldPanel } from "./view/world_panel.js";
import { count, kilobytes, percent } from "./view/format.js";
import { CLEAN, describeWorld } from "./world.js";

const FIRST_BOARD = "rp2040";
const FIRST_NETWORK = "small";
/** Between two drawings of the curve, and between two spoken lines. */
const DRAW_MS = 200;
const CALM_DRAW_MS = 1000;
const SPEAK_MS = 10_000;

const boardSelect = byId<HTMLSelectElement>("board");
const networkSelect = byId<HTMLSelectElement>("network");
const digitsSelect = byId<HTMLSelectElement>("digits");
const trainButton = byId<HTMLButtonElement>("train");
const resetButton = byId<HTMLButtonElement>("reset");
const custom = byId<HTMLFieldSetElement>("custom");
const verdict = byId("verdict");

const device = startWorker(workerScript);
const planner = startWorker(workerScript);
const ask = (request: Request): void => device.postMessage(request);

const tiles = new Tiles();
const learning = new LearningChart(byId("learning"));
const goodness = new GoodnessCharts(byId("goodness"));
const fields = new FieldsPicture(byId("fields"));
const answer = new Answer(byId("answer"));
const pad = new Pad(byId<HTMLCanvasElement>("pad"), (frame, done) => {
  truth = null;
  pad.describe(frame ? "something is drawn" : "empty");
  if (!frame) answer.empty();
  else predict(done);
});
const power = new PowerPanel(byId("power"), cutPower);
const world = new WorldPanel(byId("world"), () => {
  ask({ type: "world", world: world.world });
  announce(`The sensor now sees the digits: ${world.describe()}.`);
});
const reference = new ReferencePanel(byId("reference"), { spec: () => spec!, digits: async () => gzippedDigits() });

let boards: readonly BoardName[] = [];
let spec: NetworkSpecInput | null = null;
let samples = 0;
let running = false;
let ready = false;
let checkpointEvery = 0;
let planId = 0;
/** The world that the curve knows of. */
let markedWorld = describeWorld(CLEAN);
let truth: number | null = null;
let predictId = 0;
let predicting = false;
let predictAgain = false;
let lastDrawn = 0;
let lastPictures = 0;
let lastSpoken = 0;

// ---- choices ----

function chosenSpec(): NetworkSpecInput | string {
  const found = NETWORKS.find(({ id }) => id === networkSelect.value);
  if (found) return found.spec;
  return customSpec({
    layers: byId<HTMLInputElement>("custom-layers").value,
    weights: byId<HTMLSelectElement>("custom-weights").value as "i8" | "i16",
    objective: byId<HTMLSelectElement>("custom-objective").value as "pair" | "classwise",
  });
}

/** Plans what is chosen; a fresh device follows where it fits. */
function choose(): void {
  custom.hidden = networkSelect.value !== CUSTOM;
  setRunning(false);
  ready = false;
  refresh();
  samples = 0;
  tiles.clear();
  learning.clear();
  power.clear();
  reference.clear();
  const chosen = chosenSpec();
  if (typeof chosen === "string") return showVerdict(false, "Not a network yet.", chosen);
  spec = chosen;
  planner.postMessage({ type: "plan", id: ++planId, board: boardSelect.value, spec } satisfies Request);
}

function showVerdict(good: boolean, lead: string, text: string): void {
  verdict.className = `verdict ${good ? "yes" : "no"}`;
  verdict.replaceChildren(element("strong", { class: good ? "yes" : "no" }, `${lead} `), text);
}

function hearPlanner(reply: Reply): void {
  if (reply.type === "boards") return boards.length === 0 ? showBoards(reply.boards) : choose();
  if (reply.type === "failed") return showVerdict(false, "Something went wrong.", reply.message);
  if ((reply.type !== "planned" && reply.type !== "metered") || reply.id !== planId) return;
  if (reply.type === "metered") {
    tiles.metered(reply.board);
    return ask({ type: "rates", rates: reply.rates });
  }
  byId("memory").replaceChildren(...memoryView(reply));
  tiles.planned(reply);
  if (reply.problem !== null) {
    const instead = reply.fitting.find(({ name }) => name !== boardSelect.value);
    return showVerdict(false, reply.plan ? "Does not fit." : "Impossible.", `${reply.problem}${instead ? ` The smallest board here that holds it: ${instead.title}.` : ""}`);
  }
  setText(byId("lead-ram"), kilobytes(boards.find(({ name }) => name === boardSelect.value)!.ramBytes));
  showVerdict(true, "Fits.", `${count(reply.plan!.bytes.total)} of the ${count(reply.limitBytes)} bytes that the board leaves for learning.`);
  ask({ type: "configure", board: boardSelect.value, spec: spec!, world: world.world });
}

function showBoards(found: readonly BoardName[]): void {
  boards = found;
  boardSelect.append(...found.map(({ name, title, ramBytes }) => element("option", { value: name }, `${title}, ${kilobytes(ramBytes)}`)));
  boardSelect.value = FIRST_BOARD;
  networkSelect.append(...NETWORKS.map(({ id, title }) => element("option", { value: id }, title)), element("option", { value: CUSTOM }, "One of your own …"));
  networkSelect.value = FIRST_NETWORK;
  choose();
}

// ---- the device ----

function hearDevice(reply: Reply): void {
  switch (reply.type) {
    case "configured":
      ready = true;
      checkpointEvery = reply.checkpointEvery;
      // What the device before it said in the meantime is not of this one.
      samples = 0;
      learning.clear();
      power.clear();
      tiles.clear();
      tiles.configured(reply);
      markedWorld = describeWorld(CLEAN);
      refresh();
      return repredict();
    case "progress":
      samples = reply.progress.samples;
      tiles.progress(reply.progress, running);
      learning.addRunning(reply.progress.running);
      return drawCurve();
    case "tested":
      if (describeWorld(reply.world) !== markedWorld) learning.mark(reply.samples, markedWorld = describeWorld(reply.world));
      if (reply.samples > 0) learning.addTested(reply.samples, reply.goodness, reply.readout);
      tiles.tested(reply);
      drawCurve();
      speakProgress(reply.samples, reply.goodness ?? reply.readout);
      return repredict();
    case "pictures":
      if (running && prefersReducedMotion() && performance.now() - lastPictures < CALM_DRAW_MS) return;
      lastPictures = performance.now();
      fields.show(reply.pictures.fields, reply.pictures.samples);
      goodness.show(reply.pictures.histograms, spec?.objective !== "classwise");
      return world.show(reply.pictures.seen);
    case "flash": return power.show(reply.flash);
    case "dark":
      document.querySelector(".tiles")?.classList.add("power-off");
      learning.mark(reply.samples, "power cut");
      tiles.dark();
      return power.dark(reply);
    case "resumed":
      document.querySelector(".tiles")?.classList.remove("power-off");
      learning.rewind(reply.samples);
      power.resumed(reply);
      // What was asked in the dark was not heard.
      predicting = false;
      return repredict();
    case "caught up":
      power.caughtUp(reply);
      return refresh();
    case "parted":
      power.parted();
      return refresh();
    case "prediction":
      predicting = false;
      // Of a digit that has been wiped since.
      if (reply.id === predictId && pad.current) answer.show(reply, truth);
      if (predictAgain) predict(true);
      return;
    case "test digit":
      pad.load(reply.frame);
      truth = reply.label;
      pad.describe(`test digit ${reply.index}, a ${reply.label}`);
      return predict(true);
    case "failed": return showVerdict(false, "Something went wrong.", reply.message);
  }
}

function setRunning(on: boolean): void {
  if (running === on) return;
  running = on;
  ask({ type: "run", running });
  announce(on ? "Training." : `Paused after ${count(samples)} digits.`);
  refresh();
}

function refresh(): void {
  trainButton.disabled = resetButton.disabled = !ready;
  setText(trainButton, running ? "Pause" : samples > 0 && ready ? "Go on" : "Train");
  power.enable(ready);
}

function cutPower(place: CutPlace): void {
  power.waiting((Math.floor(samples / checkpointEvery) + 2) * checkpointEvery, place);
  ask({ type: "cut", place });
  if (!running) {
    running = true;
    setText(trainButton, "Pause");
  }
}

// ---- the pad ----

/** One question at a time; the newest drawing is asked about when the last is answered. */
function predict(_done: boolean): void {
  if (!ready || !pad.current) return;
  if (predicting) {
    predictAgain = true;
    return;
  }
  predictAgain = false;
  predicting = true;
  ask({ type: "predict", id: ++predictId, frame: pad.current });
}

/** The network has changed: so may its answer. */
function repredict(): void {
  if (pad.current) predict(true);
}

// ---- saying and drawing, not too often ----

function announce(text: string): void {
  byId("announce").textContent = text;
  lastSpoken = performance.now();
}

function speakProgress(seen: number, wrong: number | null): void {
  if (running && wrong !== null && performance.now() - lastSpoken > SPEAK_MS) announce(`${count(seen)} digits seen, ${percent(wrong)} of test digits wrong.`);
}

let drawing = 0;
function drawCurve(): void {
  const pause = prefersReducedMotion() ? CALM_DRAW_MS : DRAW_MS;
  window.clearTimeout(drawing);
  const wait = Math.max(0, lastDrawn + pause - performance.now());
  drawing = window.setTimeout(() => {
    lastDrawn = performance.now();
    learning.draw();
  }, wait);
}

// ---- start ----

async function gzippedDigits(): Promise<Uint8Array<ArrayBuffer>> {
  return fromBase64(await loadFile(`mnist-${digitsSelect.value}`));
}

async function loadDigits(): Promise<void> {
  setRunning(false);
  ready = false;
  refresh();
  verdict.className = "verdict";
  setText(verdict, "Loading the digits …");
  try {
    const gzipped = await gzippedDigits();
    ask({ type: "digits", gzipped });
    planner.postMessage({ type: "digits", gzipped } satisfies Request);
  } catch (error) {
    showVerdict(false, "No digits.", `${error instanceof Error ? error.message : String(error)}: build the page with npm run playground.`);
  }
}

device.onmessage = ({ data }: { data: Reply }) => hearDevice(data);
planner.onmessage = ({ data }: { data: Reply }) => hearPlanner(data);
for (const worker of [device, planner]) worker.onerror = (event) => showVerdict(false, "Something went wrong.", event.message);
trainButton.addEventListener("click", () => setRunning(!running));
resetButton.addEventListener("click", () => {
  announce("Started over.");
  choose();
});
byId<HTMLFormElement>("setup").addEventListener("submit", (event) => event.preventDefault());
boardSelect.addEventListener("change", choose);
networkSelect.addEventListener("change", choose);
custom.addEventListener("change", choose);
digitsSelect.addEventListener("change", () => void loadDigits());
byId("pace").addEventListener("change", () => ask({ type: "pace", pace: Number(document.querySelector<HTMLInputElement>("#pace input:checked")!.value) || null }));
byId("clear").addEventListener("click", () => pad.clear());
let testIndex = 0;
byId("sample").addEventListener("click", () => ask({ type: "test digit", index: testIndex++ }));
learning.draw();
void loadDigits();
