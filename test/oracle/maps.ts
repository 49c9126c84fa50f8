/** Layers whose units see a part of the map below: docs/maps.md. */
import { type Peculiarity, peculiarities } from "./device.js";
import { sat, shiftRight } from "./fixed.js";
import { computedPlaces, fieldAbove, fieldBelow, mapOf, type Place, poolOf } from "./geometry.js";
import { type Company, Layer, type Pass, rowsNeeded, rowsOf, type Signal } from "./layer.js";
import { type Input, Matrix, type PairedInput } from "./matrix.js";
import { Peers } from "./peer.js";
import { hasTwoFrames, type Spec } from "./spec.js";
import { update } from "./update.js";

abstract class MapLayer extends Layer {
  readonly weights: Matrix;
  override readonly peers: Peers | undefined;
  readonly channels: number;
  /** Rows of one place's weights: its field, label rows, bias row. */
  readonly rows: number;
  /** For each place, the input that each of its rows takes, −1 for none. */
  readonly seen: readonly (readonly number[])[];
  /** For each unit, the places its activity may come from, in row-major order. */
  readonly #pools: readonly (readonly number[])[];
  /** By place and channel; none in the ideal device. */
  readonly #device: readonly Peculiarity[] | undefined;

  /** `isShared`: one matrix for all places. */
  constructor(net: Spec, index: number, readonly isShared: boolean) {
    super(net, index);
    const { channels, weightBits, units, peer } = this.spec;
    this.channels = channels!;
    const places = computedPlaces(net, index);
    this.seen = places.map((place) => [...fieldBelow(net, index, place), ...this.#seenElsewhere(net, place)]);
    this.rows = this.seen[0]!.length;
    this.#pools = this.#poolsOf(net);
    this.weights = new Matrix(this.rows * (isShared ? 1 : places.length), this.channels, weightBits);
    this.drawWeights(this.weights, this.rows);
    this.peers = peer ? new Peers(units, peer, this.channels) : undefined;
    this.#device = net.device ? peculiarities(net.device, index, places.length * this.channels) : undefined;
  }

  /** Labels and bias, which all places see; in a recurrent network the layer above. */
  #seenElsewhere(net: Spec, place: Place): number[] {
    const others = Array.from({ length: this.inputs - this.below }, (_, other) => this.below + other);
    if (!net.recurrence || !net.layers[this.index + 1]) return others;
    const above = fieldAbove(net, this.index, place).map((unit) => (unit < 0 ? unit : this.below + unit));
    return [...above, ...others.slice(net.layers[this.index + 1]!.units)];
  }

  /** Squares of q × q places. */
  #poolsOf(net: Spec): number[][] {
    const q = poolOf(this.spec);
    const { width, height, channels } = mapOf(net, this.index);
    return Array.from({ length: height * width * channels }, (_, unit) => {
      const [row, column] = [Math.floor(unit / (width * channels)), Math.floor(unit / channels) % width];
      return Array.from({ length: q * q }, (_, k) => (row * q + Math.floor(k / q)) * width * q + column * q + (k % q));
    });
  }

  passOfSums(sums: readonly number[]): Pass {
    const before = sums.map((acc, index) => this.activityOf(acc, this.#device?.[index]));
    const at = (place: number, unit: number) => before[place * this.channels + (unit % this.channels)]!;
    const places = this.#pools.map((pool, unit) => pool.reduce((best, place) => (at(place, unit) > at(best, unit) ? place : best)));
    return { places, y: places.map((place, unit) => at(place, unit)) };
  }

  sums(inputs: readonly Input[]): number[] {
    return this.seen.flatMap((_, place) => this.weights.sums(this.at(place, inputs).map(({ row, x }) => ({ row: this.firstRow(place) + row, x }))));
  }

  /** Where a place's own matrix begins in the weights. */
  protected firstRow(place: number): number {
    return this.isShared ? 0 : place * this.rows;
  }

  /** The inputs that a place sees, under the rows of its own matrix, ascending. */
  protected at<T extends { row: number }>(place: number, inputs: readonly T[]): T[] {
    const byInput = new Map(inputs.map((input) => [input.row, input]));
    return this.seen[place]!.flatMap((from, row) => {
      const input = byInput.get(from);
      return input ? [{ ...input, row }] : [];
    });
  }

  /** For each place, one coefficient for each channel: those of the units that have their activity from there. */
  protected coefficients({ a, places }: Signal): number[][] {
    const result = this.seen.map(() => new Array<number>(this.channels).fill(0));
    places!.forEach((place, unit) => (result[place]![unit % this.channels] = a[unit]!));
    return result;
  }

  countUsed(company: Company, ...passes: (readonly Input[])[]): void {
    const counted = passes.map((inputs) => inputs.filter((input) => !this.isLabel(input)));
    const times = this.isInBands && this.#gives(company) ? 2 : 1;
    for (const place of this.seen.keys()) this.rowsUsed += rowsNeeded(counted.map((inputs) => this.at(place, inputs))) * passes.length * times;
  }

  /** Whether its places are computed anew for each thing they are needed for. */
  get isInBands(): boolean {
    const { bands } = this.spec;
    return !!bands && bands < mapOf(this.net, this.index).height;
  }

  /** Whether anything reads the map it gives. */
  #gives(company: Company): boolean {
    return this.index + 1 < this.net.layers.length || (company === "single" && this.index >= this.net.readoutFrom);
  }

  /** Rows that computing all places once more for an update takes. `rows`: those of its last call. */
  protected rowsAgain(rows: readonly PairedInput[]): number {
    if (!this.isInBands) return 0;
    const maps = this.net.objective === "pair" && (this.index > 0 || this.net.waves || hasTwoFrames(this.net)) ? 2 : 1;
    return [...this.seen.keys()].reduce((sum, place) => sum + rowsOf(this.at(place, rows)) * maps, 0);
  }
}

/** Every place has weights of its own. */
export class LocalLayer extends MapLayer {
  constructor(net: Spec, index: number) {
    super(net, index, false);
  }

  update(calls: readonly PairedInput[][], positive: Signal, negative: Signal): void {
    const [raises, lowers] = [this.coefficients(positive), this.coefficients(negative)];
    this.rowsUsed += this.rowsAgain(calls.at(-1)!);
    for (const place of this.seen.keys()) {
      const [raise, lower] = [raises[place]!, lowers[place]!];
      if ([...raise, ...lower].every((a) => a === 0)) continue;
      for (const call of calls) {
        const rows = this.at(place, call).map((paired) => ({ ...paired, row: this.firstRow(place) + paired.row }));
        update(this.weights, this.lanes, rows, raise, lower, 12 + this.spec.scale - this.Q);
        this.rowsUpdated += rowsOf(this.at(place, call.filter((row) => !this.isLabel(row))));
      }
    }
  }
}

/** Units in the kernels' blocks, for a counter. */
const BLOCK = 8;

/** All places share one set of weights. */
export class ConvLayer extends MapLayer {
  constructor(net: Spec, index: number) {
    super(net, index, true);
  }

  update(calls: readonly PairedInput[][], positive: Signal, negative: Signal): void {
    const k = 12 + this.spec.scale - this.Q;
    const [raise, lower] = [this.coefficients(this.#bounded(positive, k)), this.coefficients(this.#bounded(negative, k))];
    for (const rows of calls) this.#call(this.seen.map((_, place) => this.at(place, rows)), raise, lower, k);
    this.rowsUsed += Math.floor((this.rowsAgain(calls.at(-1)!) * this.#learningBlocks(positive)) / Math.ceil(this.channels / BLOCK));
    const labels = this.seen[0]!.filter((row) => this.isLabel({ row })).length;
    this.rowsUpdated += (this.rows - labels) * ([...raise, ...lower].reduce((sum, a) => sum + activeBlocks(a), 0));
  }

  /** Blocks of channels with a gain. */
  #learningBlocks({ gains }: Signal): number {
    return activeBlocks(Array.from({ length: this.channels }, (_, channel) => gains?.[channel] ?? 1));
  }

  /** So small that a sum over all places cannot overflow. */
  #bounded(signal: Signal, k: number): Signal {
    const n = (this.spec.units / this.channels) * (this.net.objective === "pair" ? 2 : 1);
    const A = Math.min(32767, Math.floor((2 ** 31 - 2 ** 17) / (127 * n * 2 ** k)));
    return { ...signal, a: signal.a.map((a) => sat(a, -A, A)) };
  }

  /** A row learns from all places at once; its rounding error is carried to the next. */
  #call(lists: readonly PairedInput[][], raise: readonly number[][], lower: readonly number[][], k: number): void {
    this.lanes.advance();
    const byRow = lists.map((list) => new Map(list.map((paired) => [paired.row, paired])));
    const rows = [...new Set(byRow.flatMap((list) => [...list.keys()]))].sort((a, b) => a - b);
    for (let channel = 0; channel < this.channels; channel++) {
      let e = this.lanes.start(channel);
      for (const row of rows) {
        let D = 0;
        byRow.forEach((list, place) => {
          const paired = list.get(row);
          if (paired) D += raise[place]![channel]! * paired.positive + lower[place]![channel]! * paired.negative;
        });
        const d = D * 2 ** k + e;
        const change = shiftRight(d, 16);
        this.weights.set(row, channel, this.weights.get(row, channel) + change);
        e = d - change * 2 ** 16; // d & 0xFFFF
      }
    }
  }
}

/** Blocks of channels in which a coefficient is not 0. */
function activeBlocks(a: readonly number[]): number {
  return new Set(a.flatMap((value, channel) => (value === 0 ? [] : [Math.floor(channel / BLOCK)]))).size;
}
