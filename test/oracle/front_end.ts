/** docs/streams.md, "Front end": raw samples to frames, scaling and alarm threshold. */
import { isqrt } from "./fixed.js";
import { spectrumOf } from "./spectrum.js";

export const KINDS = ["raw", "statistics", "spectrum", "bank"] as const;

export interface FrontSpec {
  kind: (typeof KINDS)[number];
  window: number;
  hop: number;
  channels: number;
  bands: number;
  /** q16; of a bank only. */
  low?: number;
  width?: number;
  growth?: number;
  frames: number;
  scaling: "deviation" | "range";
  /** q4; of scaling by deviation. */
  spread?: number;
  warmup: number;
  adapt: number;
  coding: "offset" | "split";
  /** q16. */
  alarm: number;
}

export function featuresOf({ kind, bands }: FrontSpec): number {
  return kind === "statistics" ? 2 * bands : bands;
}

const codesOf = ({ coding }: FrontSpec): number => (coding === "split" ? 2 : 1);

/** The shape of the frame. */
export function frameOf(front: FrontSpec): { width: number; height: number; channels: number } {
  return { width: featuresOf(front) * codesOf(front), height: front.frames, channels: front.channels };
}

export function encodeFront(front: FrontSpec): number[] {
  const { kind, window, hop, channels, bands, low = 0, width = 0, growth = 0, frames, scaling, spread = 0, warmup, adapt, coding, alarm } = front;
  return [KINDS.indexOf(kind), window, hop, channels, bands, low, width, growth, frames, Number(scaling === "range"), spread, warmup, adapt, Number(coding === "split"), alarm, 0];
}

/** q8. */
export function log2(v: bigint): number {
  if (v === 0n) return 0;
  const whole = v.toString(2).length - 1;
  const f = Number((whole >= 8 ? v >> BigInt(whole - 8) : v << BigInt(8 - whole)) & 255n);
  return 256 * whole + f + ((f * (256 - f) * 88) >> 16);
}

/** Rounds down. */
const floorDivide = (a: number, b: number): number => Math.floor(a / b);

/** The features of one channel's window. */
export function featuresOfWindow(front: FrontSpec, x: readonly number[]): number[] {
  const { kind, window, bands } = front;
  if (kind === "raw" || kind === "statistics") {
    const length = window / bands;
    return Array.from({ length: bands }, (_, band) => {
      const part = x.slice(band * length, (band + 1) * length);
      const mean = floorDivide(part.reduce((sum, value) => sum + value, 0), length);
      if (kind === "raw") return [mean];
      return [mean, log2(part.reduce((sum, value) => sum + BigInt(value - mean) ** 2n, 0n))];
    }).flat();
  }
  const { powers, exponent } = spectrumOf(x);
  const half = window / 2;
  if (kind === "spectrum") {
    const width = half / bands;
    return Array.from({ length: bands }, (_, band) => {
      let sum = 0n;
      for (let k = band * width + 1; k <= (band + 1) * width; k++) sum += powers[k]!;
      const down = 8 + exponent + Math.log2(window) - 3;
      const m = isqrt(sum << 16n);
      return Number(down >= 0 ? m >> BigInt(down) : m << BigInt(-down));
    });
  }
  const edges = [BigInt(front.low!)];
  let d = BigInt(front.width!);
  for (let j = 0; j <= bands; j++) {
    edges.push(edges[j]! + d);
    d += (d * BigInt(front.growth!)) >> 16n;
  }
  return Array.from({ length: bands }, (_, band) => {
    const [low, top, high] = edges.slice(band, band + 3) as [bigint, bigint, bigint];
    const weights = powers.map((_, k) => {
      const at = BigInt(k) << 16n;
      if (k === 0 || at < low || at > high) return 0n;
      return at <= top ? ((at - low) << 8n) / (top - low) : ((high - at) << 8n) / (high - top);
    });
    const nearest = Math.min(Math.max(Number((top + 32768n) >> 16n), 1), half);
    const sum = weights.some((weight) => weight > 0n) ? weights.reduce((total, weight, k) => total + weight * powers[k]!, 0n) : 256n * powers[nearest]!;
    return Math.max(log2(sum) - 512 * exponent, 0);
  });
}

/** What one scale has learned: M and D, or L and H. */
class Scale {
  a = 0n;
  b = 0n;

  constructor(private readonly front: FrontSpec) {}

  learn(value: number, n: number): void {
    const x = BigInt(value) << 12n;
    if (this.front.scaling === "range") {
      [this.a, this.b] = n === 1 ? [x, x] : [x < this.a ? x : this.a, x > this.b ? x : this.b];
    } else if (n === 1) [this.a, this.b] = [x, 0n];
    else {
      const distance = x - this.a;
      this.a += distance / BigInt(n);
      this.b += (magnitude(distance) - this.b) / BigInt(n - 1);
    }
  }

  follow(value: number): void {
    if (this.front.adapt === 0) return;
    const adapt = BigInt(this.front.adapt);
    const x = BigInt(value) << 12n;
    const [a, b] = [this.a, this.b];
    if (this.front.scaling === "range") {
      const r = (b - a) >> (adapt + 8n);
      this.a = x < a ? a + ((x - a) >> adapt) : a + r;
      this.b = x > b ? b + ((x - b) >> adapt) : b - r;
    } else {
      this.a = a + ((x - a) >> adapt);
      this.b = b + ((magnitude(x - a) - b) >> adapt);
    }
  }

  /** Before it saturates. */
  scaled(value: number): bigint {
    const distance = (BigInt(value) << 12n) - this.a;
    if (this.front.scaling === "range") return (distance * 255n) / atLeast(this.b - this.a);
    return 128n + (distance * 2032n) / (atLeast(this.b) * BigInt(this.front.spread!));
  }
}

const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);
const atLeast = (value: bigint): bigint => (value < 256n ? 256n : value);

export class FrontEnd {
  samples = 0;
  windows = 0;
  frames = 0;
  saturated = 0;
  clipped = 0;
  gaps = 0;
  /** Rows of the ring since the last gap: HEAD is their number modulo the window. */
  head = 0;
  readonly ring: Int16Array;
  /** The sample under way, and all before it that a window may need. */
  pending: number[] = [];
  private heard: number[][] = [];
  wanted: number;
  filled = 0;
  readonly scales: Scale[];
  /** [window][feature][channel], coded. */
  history: Uint8Array;
  // The alarm's.
  scores = 0;
  alarms = 0;
  threshold = 0n;
  mean = 0n;
  deviation = 0n;

  constructor(readonly front: FrontSpec) {
    const features = featuresOf(front);
    this.wanted = front.window;
    this.ring = new Int16Array(front.window * front.channels);
    this.scales = Array.from({ length: front.kind === "raw" ? front.channels : features * front.channels }, () => new Scale(front));
    this.history = new Uint8Array(front.frames * features * codesOf(front) * front.channels);
  }

  /** 0, 1: `history` is a frame, 2. */
  push(value: number): 0 | 1 | 2 {
    const { channels, window, hop } = this.front;
    if (value === -32768 || value === 32767) this.clipped++;
    this.ring[this.head * channels + this.pending.length] = value;
    this.pending.push(value);
    if (this.pending.length < channels) return 0;
    this.heard = [...this.heard, this.pending].slice(-window);
    this.pending = [];
    this.head = (this.head + 1) % window;
    this.samples++;
    if (--this.wanted > 0) return 0;
    this.wanted = hop;
    return this.endWindow();
  }

  gap(): void {
    this.gaps++;
    this.head = 0;
    this.pending = [];
    this.heard = [];
    this.wanted = this.front.window;
    this.filled = 0;
  }

  private endWindow(): 1 | 2 {
    const { front, windows } = this;
    const { channels, kind, warmup } = front;
    const values = Array.from({ length: channels }, (_, channel) => featuresOfWindow(front, this.heard.map((sample) => sample[channel]!)));
    this.windows++;
    const scaleOf = (feature: number, channel: number): Scale => this.scales[kind === "raw" ? channel : feature * channels + channel]!;
    if (windows < warmup) {
      values.forEach((features, channel) => features.forEach((value, feature) => scaleOf(feature, channel).learn(value, kind === "raw" ? windows * features.length + feature + 1 : windows + 1)));
      return 2;
    }
    const codes = codesOf(front);
    const row = new Uint8Array(this.history.length / front.frames);
    values.forEach((features, channel) => features.forEach((value, feature) => {
      const scale = scaleOf(feature, channel);
      const unbounded = scale.scaled(value);
      scale.follow(value);
      if (unbounded < 0n || unbounded > 255n) this.saturated++;
      const u = Number(unbounded < 0n ? 0n : unbounded > 255n ? 255n : unbounded);
      const coded = codes === 1 ? [u] : [Math.min(2 * Math.max(u - 128, 0), 255), Math.min(2 * Math.max(128 - u, 0), 255)];
      coded.forEach((code, index) => (row[(feature * codes + index) * channels + channel] = code));
    }));
    this.history = Uint8Array.from([...this.history.slice(row.length), ...row]);
    this.filled = Math.min(this.filled + 1, front.frames);
    if (this.filled < front.frames) return 2;
    this.frames++;
    return 1;
  }

  /** `score`: the best one of the last prediction. */
  alarm(score: number, learn: boolean): 0 | 1 {
    const s = BigInt(score) << 8n;
    const n = BigInt(this.scores);
    const p = BigInt(this.front.alarm);
    const below = n > 0n && s < this.threshold;
    const alarm = below && n * p >= 65536n;
    if (alarm) this.alarms++;
    if (!learn) return alarm ? 1 : 0;
    if (n === 0n) [this.threshold, this.mean, this.deviation] = [s, s, 0n];
    else {
      const k = n < 64n ? n : 64n;
      const distance = s - this.mean;
      this.deviation += (magnitude(distance) - this.deviation) / k;
      this.mean += distance / (k + 1n);
      const fast = (this.deviation << 5n) / n;
      const slow = this.deviation >> 3n;
      const capped = fast < this.deviation ? fast : this.deviation;
      const step = capped > slow ? capped : slow;
      this.threshold += below ? -((step * (65536n - p)) >> 16n) : (step * p) >> 16n;
    }
    this.scores++;
    return alarm ? 1 : 0;
  }
}
