/** Words made of two vowels, gliding from one to the other, in room noise: docs/streams.md, "keywords". */
import { Noise, sine, toI16 } from "./noise.js";
import { Resonator } from "./resonator.js";
import type { SyntheticSignal } from "./signal.js";

export interface KeywordOptions {
  seed?: number;
  /** Who speaks: 0 (default) is the average voice; any other number is the seed of a voice's pitch, vocal tract and pace. */
  speaker?: number;
  /** Labels of the words to come up; default all. */
  only?: readonly number[];
  /** Shortest and longest pause, seconds; default 0.3 and 1. */
  pause?: readonly [number, number];
  /** Room noise beside a voice of 1; default 0.04. */
  noise?: number;
}

export const KEYWORD_RATE = 8000;
export const KEYWORD_LABELS = ["pause", "ai", "ia", "ou", "ea", "ui"] as const;
/** First three formants in Hz of a male voice (Peterson and Barney 1952, table II). */
const VOWELS: Readonly<Record<string, readonly [number, number, number]>> = { i: [270, 2290, 3010], e: [530, 1840, 2480], a: [730, 1090, 2440], o: [570, 840, 2410], u: [300, 870, 2240] };
const STRENGTHS = [1, 0.6, 0.25];
const DAMPINGS = [250, 330, 450];
/** Loudest integer of an average voice. */
const LOUD = 9000;
const TUNE_EVERY = 16;

/** A voice that says words now and then, for ever; labels are pause and the words. */
export function keywords(options: KeywordOptions = {}): SyntheticSignal {
  const { seed = 1, speaker = 0, only, pause = [0.3, 1], noise: room = 0.04 } = options;
  const rate = KEYWORD_RATE;
  const who = new Noise(speaker, 32);
  const vary = (share: number): number => (speaker === 0 ? 1 : 1 + who.between(-share, share));
  const pitch = 135 * vary(0.35), tract = vary(0.16), pace = vary(0.25);
  const noise = new Noise(seed, 33), chance = new Noise(seed, 34);
  const formants = DAMPINGS.map((damping, index) => new Resonator(rate, VOWELS["a"]![index]!, damping));
  const words = (only ?? KEYWORD_LABELS.map((_, index) => index)).filter((label) => label > 0 && label < KEYWORD_LABELS.length);
  let label = 0, at = 0, length = 0, glottis = 0, hum = 0, loud = 1, inflect = 0, tone = 1;

  const begin = (): void => {
    at = 0;
    const speaks = label === 0 && words.length > 0;
    label = speaks ? words[chance.choice(words.length)]! : 0;
    length = Math.floor((speaks ? chance.between(0.35, 0.55) / pace : chance.between(pause[0], pause[1])) * rate);
    loud = chance.between(0.5, 1.2);
    inflect = chance.between(-0.2, 0.1);
    tone = chance.between(0.95, 1.05);
  };

  return {
    name: "keywords",
    rate,
    channels: 1,
    labels: KEYWORD_LABELS,
    next(into, place) {
      if (at >= length) begin();
      const through = at / length;
      let air = 0;
      if (label > 0) {
        if (at % TUNE_EVERY === 0) {
          const word = KEYWORD_LABELS[label]!;
          const [from, to] = [VOWELS[word[0]!]!, VOWELS[word[1]!]!];
          // The glide lies in the middle of the word.
          const share = Math.min(1, Math.max(0, (through - 0.25) / 0.5));
          formants.forEach((formant, index) => formant.tune(Math.min(3800, tract * tone * (from[index]! + (to[index]! - from[index]!) * share))));
        }
        glottis += (pitch * (1 + inflect * (through - 0.5))) / rate;
        if (glottis >= 1) {
          glottis -= 1;
          air = chance.between(0.9, 1.1);
        }
        // Breath, and an onset and end of 12 % of the word each.
        air = (air + 0.02 * noise.normal()) * loud * Math.min(1, through / 0.12, (1 - through) / 0.12);
      }
      let voice = 0;
      for (const [index, formant] of formants.entries()) voice += STRENGTHS[index]! * formant.next(air);
      hum = (hum + 50 / rate) % 1;
      const background = room * (noise.normal() + 0.5 * sine(hum));
      into[place] = toI16(LOUD * (voice + background));
      at++;
      return label;
    },
  };
}
