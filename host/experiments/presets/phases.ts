import type { Experiment, Variant } from "../experiment.js";

const apart = (name: string, about: string, awake: number, asleep: number): Variant => ({
  name, scale: "small", about, epochs: 5,
  spec: (input, classes) => ({ input, classes, loss: "threshold", phases: { awake, asleep }, layers: [{ units: 256 }, { units: 256 }] }),
});

/** Hinton 2022, §3.6 ("Sleep"); a later version of the paper withdraws the claim for phases far apart. */
export const phases: Experiment = {
  name: "phases",
  title: "Positive and negative phases apart in time",
  source: "Hinton 2022, §3.6",
  about: "Awake, a layer learns from positives only; asleep, from negatives only. How far apart may they lie, and what happens without negatives? An experiment, not a claim.",
  dataset: "mnist",
  variants: [
    apart("together", "both in every step", 0, 0),
    apart("apart-1", "one step each", 1, 1),
    apart("apart-10", "ten steps each", 10, 10),
    apart("apart-100", "100 steps each", 100, 100),
    apart("apart-1000", "1,000 steps each", 1000, 1000),
    apart("no-sleep", "positives only", 1, 0),
  ],
};
