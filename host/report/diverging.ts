export type Colour = readonly [red: number, green: number, blue: number];

/** −1 blue-violet, 0 near white, 1 orange: told apart with any colour vision, and by lightness from the middle. */
export function diverging(value: number): Colour {
  const strength = Math.min(1, Math.abs(value));
  const end: Colour = value < 0 ? [70, 60, 160] : [200, 90, 10];
  return [0, 1, 2].map((channel) => Math.round(247 + ((end[channel] ?? 0) - 247) * strength)) as unknown as Colour;
}
