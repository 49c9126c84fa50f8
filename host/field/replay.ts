/**
 * A few samples of what was learned before, kept in a fixed number of bytes of flash, to be learned again among new ones: what keeps a network that learns
 * on a device from forgetting. Integers only and of fixed size, so that firmware can do exactly the same.
 */
import { crc32 } from "../../firmware-sim/checkpoint/crc32.js";
import { type Shape, checkShape, formatShape, frameSize } from "../data/shape.js";
import { MayflyError } from "../errors.js";
import { Generator } from "../random.js";

/** Bits a value is stored with. */
export type ReplayBits = 1 | 2 | 4 | 8;

export interface ReplayOptions {
  readonly shape: Shape;
  readonly classes: number;
  /** Samples kept of each class. */
  readonly perClass: number;
  /** Bits kept of each value of a frame, default 8: MNIST's digits, which are nearly black and white, lose nothing with 1 or 2. */
  readonly bits?: ReplayBits;
  /** Where what is normal drifts: a new sample's chance of a place falls to perClass / horizon and no further, so that what is older than about `horizon` samples of its class fades. Default: never. */
  readonly horizon?: number;
  readonly seed?: number;
}

/** "MFRB": Mayfly replay buffer. */
const MAGIC = 0x4252464d;
/** Magic, CRC-32 of what follows, width, height, channels, classes, perClass, bits, horizon (0: none), random state. */
const HEADER_WORDS = 10;
const MAX_SEEN = 0xffffffff;
/** Streams of the engine and of others lie below (docs/algorithm.md, Random numbers). */
const STREAM = 0x300000;

/**
 * Each class has `perClass` places. While they are not full every sample is kept; then sample n of a class takes a random place with probability perClass / n
 * (reservoir sampling, Vitter's algorithm R), so that at any time all of a class's samples had the same chance, and a place is written perClass · ln(n / perClass) times in all.
 *
 * ```ts
 * const replay = new ReplayBuffer({ shape: images.shape, classes: 10, perClass: 10, bits: 2 });
 * replay.add(frame, label);
 * const { frame, label } = replay.draw();      // to learn again
 * flash.write(replay.toBytes());
 * ```
 */
export class ReplayBuffer {
  readonly shape: Shape;
  readonly classes: number;
  readonly perClass: number;
  readonly bits: ReplayBits;
  readonly horizon: number;
  /** Samples of each class seen so far, at most the horizon. */
  private readonly seen: Uint32Array;
  /** classes · perClass frames of `storedBytes` each. */
  private readonly stored: Uint8Array;
  private readonly random: Generator;
  private written = 0;

  constructor({ shape, classes, perClass, bits = 8, horizon = MAX_SEEN, seed = 1 }: ReplayOptions) {
    checkShape(shape);
    for (const [name, value, most] of [["classes", classes, 256], ["perClass", perClass, 65_535]] as const) {
      if (!Number.isInteger(value) || value < 1 || value > most) throw new MayflyError(`replay: ${name} is ${value}, expected a whole number of 1..${most}`, 2);
    }
    if (![1, 2, 4, 8].includes(bits)) throw new MayflyError(`replay: ${bits} bits a value, expected 1, 2, 4 or 8`, 2);
    if (!Number.isInteger(horizon) || horizon < perClass || horizon > MAX_SEEN) throw new MayflyError(`replay: a horizon of ${horizon} samples, expected a whole number from perClass, ${perClass}`, 2);
    this.shape = { width: shape.width, height: shape.height, channels: shape.channels };
    this.classes = classes;
    this.perClass = perClass;
    this.bits = bits;
    this.horizon = horizon;
    this.seen = new Uint32Array(classes);
    this.stored = new Uint8Array(classes * perClass * this.storedBytes);
    this.random = Generator.of(seed >>> 0, STREAM);
  }

  /** Bytes a stored frame takes: whole bytes, first value in the low bits. */
  get storedBytes(): number {
    return Math.ceil((frameSize(this.shape) * this.bits) / 8);
  }

  /** Bytes of `toBytes`, full or not: header, counters of the classes, places. */
  get bytes(): number {
    return 4 * (HEADER_WORDS + this.classes) + this.stored.length;
  }

  /** Samples in it. */
  get count(): number {
    return this.seen.reduce((sum, _, label) => sum + this.countOf(label), 0);
  }

  /** Places written since this object was made: what wears the flash. */
  get writes(): number {
    return this.written;
  }

  countOf(label: number): number {
    return Math.min(this.seen[label] ?? 0, this.perClass);
  }

  /** Offers a sample; true when it was kept, which is a write to flash. */
  add(frame: Uint8Array, label: number): boolean {
    if (frame.length !== frameSize(this.shape)) throw new MayflyError(`replay: the frame has ${frame.length} values, expected ${frameSize(this.shape)} (${formatShape(this.shape)})`, 1);
    if (!Number.isInteger(label) || label < 0 || label >= this.classes) throw new MayflyError(`replay: label ${label}, expected 0..${this.classes - 1}`, 1);
    const before = this.seen[label]!;
    const now = Math.min(before + 1, this.horizon);
    this.seen[label] = now;
    const place = before < this.perClass ? before : this.below(now);
    if (place >= this.perClass) return false;
    this.pack(frame, (label * this.perClass + place) * this.storedBytes);
    this.written++;
    return true;
  }

  /** A sample at random: every class that has any is as likely as the others, then every sample of it. */
  draw(): { frame: Uint8Array; label: number } {
    const present = Array.from({ length: this.classes }, (_, label) => label).filter((label) => this.countOf(label) > 0);
    const label = present[this.below(present.length)];
    if (label === undefined) throw new MayflyError("replay: nothing is stored yet", 1);
    return { frame: this.frame(label, this.below(this.countOf(label))), label };
  }

  /** Sample `index` of a class as it reads back: values in steps of 255 / (2^bits − 1). */
  frame(label: number, index: number): Uint8Array {
    if (!(index >= 0 && index < this.countOf(label))) throw new RangeError(`replay: sample ${index} of the ${this.countOf(label)} of class ${label}`);
    const from = (label * this.perClass + index) * this.storedBytes;
    const each = 8 / this.bits;
    const most = (1 << this.bits) - 1;
    return Uint8Array.from({ length: frameSize(this.shape) }, (_, at) => (((this.stored[from + Math.floor(at / each)]! >> ((at % each) * this.bits)) & most) * 255) / most);
  }

  /** For flash: always `bytes` long. */
  toBytes(): Uint8Array<ArrayBuffer> {
    const { width, height, channels } = this.shape;
    const words = Uint32Array.of(MAGIC, 0, width, height, channels, this.classes, this.perClass, this.bits, this.horizon === MAX_SEEN ? 0 : this.horizon, this.random.state, ...this.seen);
    const bytes = new Uint8Array(this.bytes);
    const view = new DataView(bytes.buffer);
    words.forEach((word, index) => view.setUint32(4 * index, word, true));
    bytes.set(this.stored, 4 * words.length);
    view.setUint32(4, crc32(bytes.subarray(8)), true);
    return bytes;
  }

  /** Takes up what `toBytes` wrote and goes on from it, draws included. `name` is what errors call it. */
  static fromBytes(bytes: Uint8Array, name = "the replay buffer"): ReplayBuffer {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes.length < 4 * HEADER_WORDS || view.getUint32(0, true) !== MAGIC) throw new MayflyError(`${name} is not a Mayfly replay buffer`, 1);
    if (view.getUint32(4, true) !== crc32(bytes.subarray(8))) throw new MayflyError(`${name} is damaged or truncated: its checksum is wrong`, 1);
    const word = (index: number): number => view.getUint32(4 * index, true);
    const buffer = new ReplayBuffer({ shape: { width: word(2), height: word(3), channels: word(4) }, classes: word(5), perClass: word(6), bits: word(7) as ReplayBits, horizon: word(8) || MAX_SEEN });
    if (bytes.length !== buffer.bytes) throw new MayflyError(`${name} has ${bytes.length} bytes, expected ${buffer.bytes}`, 1);
    buffer.random.state = word(9);
    buffer.seen.forEach((_, label) => (buffer.seen[label] = word(HEADER_WORDS + label)));
    buffer.stored.set(bytes.subarray(4 * (HEADER_WORDS + buffer.classes)));
    return buffer;
  }

  /** 0..count − 1, by the high bits of the next random number. */
  private below(count: number): number {
    return Math.floor((this.random.next() / 2 ** 32) * count);
  }

  private pack(frame: Uint8Array, to: number): void {
    const each = 8 / this.bits;
    const most = (1 << this.bits) - 1;
    this.stored.fill(0, to, to + this.storedBytes);
    // Rounded to the nearest step.
    frame.forEach((value, at) => (this.stored[to + Math.floor(at / each)]! |= Math.floor((value * most + 127) / 255) << ((at % each) * this.bits)));
  }
}
