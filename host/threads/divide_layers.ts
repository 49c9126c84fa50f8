/**
 * Which thread gets which layers. Tried on paper: the stages of some samples are laid out in time as the threads would do them, and the division with
 * the shortest time from sample to sample wins. That says more than equal sums: with hard negatives the samples wait for each other (docs/threads.md),
 * and then layers that follow each other are best with different threads.
 */
import type { LayerTimes } from "./costs.js";
import { comesBefore, type Division, drawsNegative, type Lane, passesOf, Turns } from "./lanes.js";
import { isMap, type LayerGeometry } from "../spec/geometry.js";
import type { NetworkSpec } from "../spec/network_spec.js";

/** Samples laid out; the time is taken between these two, when the pipeline is full and not yet running dry. */
const SAMPLES = 48;
const FROM = 12;
const TO = 36;
/** Milliseconds from a hand-over to its sight in another thread. */
const LATENCY = 0.002;
const MULTIPLY_ADDS_PER_MS = 1e7;
/** Above so many layers only the shares that need no search are tried. */
const SEARCHED_LAYERS = 12;
/** Threads with more layers try only two rounds each, and so do many threads. */
const MERGED_LAYERS = 4;
const MOST_ROUNDS = 64;

/** Milliseconds from sample to sample when one thread has all layers. */
export function timeAlone(times: readonly LayerTimes[]): number {
  return times.reduce((sum, { single, pair, update }) => sum + single + pair + update, 0);
}

/** Milliseconds from sample to sample under a division; infinite when its rounds would wait for each other for ever. */
export function timePerSample(spec: NetworkSpec, times: readonly LayerTimes[], { owners, rounds }: Division): number {
  const passes = passesOf(spec);
  const draws = drawsNegative(spec);
  const top = owners.length - 1;
  const lanes: Lane[] = owners.map((_, layer) => ({ layer, sample: 0, pass: 0 }));
  const free = new Array<number>(Math.max(...owners) + 1).fill(0);
  const turns = rounds && free.map((_, thread) => new Turns(lanes.filter(({ layer }) => owners[layer] === thread), rounds[thread]!, SAMPLES));
  // When what a lane's next pass needs is there, for every pass and sample.
  const given = owners.map(() => passes.map(() => new Float64Array(SAMPLES).fill(Infinity)));
  for (const pass of passes.keys()) given[0]![pass]!.fill(draws === "top" && passes[pass] === "pair" ? Infinity : 0);
  const ended = new Float64Array(SAMPLES);
  for (let stages = SAMPLES * passes.length * owners.length; stages > 0; stages--) {
    let next: Lane | null = null;
    let start = Infinity;
    for (const lane of turns ? turns.map((turn) => turn.next()) : lanes) {
      if (!lane || lane.sample === SAMPLES) continue;
      const from = Math.max(free[owners[lane.layer]!]!, given[lane.layer]![lane.pass]![lane.sample]!);
      if (from < start || (from === start && next !== null && owners[lane.layer] === owners[next.layer] && comesBefore(lane, next))) {
        next = lane;
        start = from;
      }
    }
    if (!next) return Infinity;
    const { layer, sample, pass } = next;
    const kind = passes[pass]!;
    const handed = start + times[layer]![kind];
    const end = kind === "pair" ? handed + times[layer]!.update : handed;
    const seenBy = (other: number): number => handed + (owners[other] === owners[layer] ? 0 : LATENCY);
    free[owners[layer]!] = end;
    if (layer < top) given[layer + 1]![pass]![sample] = seenBy(layer + 1);
    else if (kind === "single" && draws === "top") given[0]![pass + 1]![sample] = seenBy(0);
    next.pass = (pass + 1) % passes.length;
    if (next.pass === 0) next.sample++;
    turns?.[owners[layer]!]!.done();
    ended[sample] = Math.max(ended[sample]!, end);
  }
  return (ended[TO]! - ended[FROM]!) / (TO - FROM);
}

/** The best division found of the layers between so many threads, each of which gets at least one. */
export function divideLayers(spec: NetworkSpec, times: readonly LayerTimes[], threads: number): Division {
  const layers = times.length;
  const cost = times.map(({ single, pair, update }) => single + pair + update);
  const tried = new Set<string>();
  let best: Division = { owners: [], rounds: null };
  let least = Infinity;
  const offer = (owners: readonly number[]): boolean => {
    const key = owners.join();
    if (tried.has(key) || new Set(owners).size < threads) return false;
    tried.add(key);
    let isBetter = false;
    for (const rounds of drawsNegative(spec) === "top" ? roundsOf(owners, threads) : [null]) {
      const perSample = timePerSample(spec, times, { owners, rounds });
      if (perSample >= least) continue;
      best = { owners, rounds };
      least = perSample;
      isBetter = true;
    }
    return isBetter;
  };
  offer(times.map((_, layer) => layer % threads));
  offer(bySize(cost, threads));
  offer(inRuns(cost, threads));
  // From there on by moving one layer, or exchanging two, as long as it helps.
  for (let better = layers <= SEARCHED_LAYERS; better;) {
    better = false;
    const { owners } = best;
    for (let layer = 0; layer < layers; layer++) {
      for (let thread = 0; thread < threads; thread++) better = offer(owners.with(layer, thread)) || better;
      for (let other = 0; other < layer; other++) better = offer(owners.with(layer, owners[other]!).with(other, owners[layer]!)) || better;
    }
  }
  return best;
}

/**
 * Rounds worth trying where the samples wait for each other. Whichever stage is ready would not do: a thread would begin the next sample's pass a
 * microsecond before the pair that everybody waits for is there. A round has each layer's pair, and behind it the next sample's single pass.
 */
function* roundsOf(owners: readonly number[], threads: number): Generator<number[][], void, void> {
  const own = Array.from({ length: threads }, (_, thread) => [...owners.keys()].filter((layer) => owners[layer] === thread));
  const choices = own.map((layers) => {
    const all = own.every(({ length }) => length <= MERGED_LAYERS) ? merges(layers) : [];
    return all.length > 0 && all.length ** threads <= MOST_ROUNDS ? all : [[...layers, ...layers], layers.flatMap((layer) => [layer, layer])];
  });
  const choose = function* (thread: number): Generator<number[][], void, void> {
    if (thread === threads) return yield [];
    for (const round of choices[thread]!) for (const rest of choose(thread + 1)) yield [round, ...rest];
  };
  if (choices.reduce((count, { length }) => count * length, 1) <= MOST_ROUNDS) yield* choose(0);
  else for (const choice of [0, -1]) yield choices.map((rounds) => rounds.at(choice)!);
}

/** All orders in which pairs and single passes of some layers can follow each other: both upwards, and of each layer the pair first. */
function merges(layers: readonly number[]): number[][] {
  const found: number[][] = [];
  const go = (round: number[], pairs: number, singles: number): void => {
    if (singles === layers.length) found.push(round);
    if (pairs < layers.length) go([...round, layers[pairs]!], pairs + 1, singles);
    if (singles < pairs) go([...round, layers[singles]!], pairs, singles + 1);
  };
  go([], 0, 0);
  return found;
}

/** The largest layer first, each to the thread that has least. */
function bySize(cost: readonly number[], threads: number): number[] {
  const owners = cost.map(() => 0);
  const sums = new Array<number>(threads).fill(0);
  for (const layer of [...cost.keys()].sort((a, b) => cost[b]! - cost[a]!)) {
    const least = sums.indexOf(Math.min(...sums));
    owners[layer] = least;
    sums[least] = sums[least]! + cost[layer]!;
  }
  return owners;
}

/** Neighbouring layers together, in parts of about the same cost, each of at least one layer. */
function inRuns(cost: readonly number[], threads: number): number[] {
  const total = cost.reduce((sum, value) => sum + value, 0);
  const owners: number[] = [];
  let sum = 0;
  let thread = 0;
  cost.forEach((value, layer) => {
    const middle = sum + value / 2;
    const wanted = total > 0 ? Math.min(threads - 1, Math.floor((middle * threads) / total)) : thread;
    if (layer > 0 && (wanted > thread || cost.length - layer === threads - thread - 1)) thread++;
    owners.push(thread);
    sum += value;
  });
  return owners;
}

/** Shares of a layer's inputs that are not zero, as networks on images mostly have them. */
const FIRST_DENSITY = 0.15;
const DENSITY = 0.3;
/** A pair's sums, to those of one input: both share the loads of weights. */
const PAIR = 1.3;

/** Before anything is measured: multiply-adds. Only their ratios matter. */
export function guessTimes(geometry: readonly LayerGeometry[], { layers }: NetworkSpec): LayerTimes[] {
  return geometry.map(({ fanIn, places, above }, layer) => {
    const columns = isMap(layers[layer]!) ? above.channels : layers[layer]!.units;
    const multiplyAdds = fanIn * places.width * places.height * columns * (layer === 0 ? FIRST_DENSITY : DENSITY);
    const single = multiplyAdds / MULTIPLY_ADDS_PER_MS;
    // The first layer's pair shares the image's sums.
    return { single, pair: layer === 0 ? single / 5 : PAIR * single, update: single };
  });
}
