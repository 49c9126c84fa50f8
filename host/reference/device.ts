import { Generator } from "../random.js";
import { streamOfDevice } from "./streams.js";

/** What is peculiar to the units of a layer of a device of its own (docs/variants.md): gain q8, knee and offset q7, [units] each. */
export interface Peculiarities {
  readonly gain: Float32Array;
  readonly knee: Float32Array;
  readonly offset: Float32Array;
}

/** Null in the ideal device. */
export function peculiaritiesOf(device: number, layer: number, units: number): Peculiarities | null {
  if (device === 0) return null;
  const generator = Generator.of(device, streamOfDevice(layer));
  const [gain, knee, offset] = [new Float32Array(units), new Float32Array(units), new Float32Array(units)];
  for (let unit = 0; unit < units; unit++) {
    const r = generator.next();
    gain[unit] = 128 + (r & 255);
    knee[unit] = 64 + ((r >>> 8) & 255);
    offset[unit] = ((r >>> 16) & 255) - 128;
  }
  return { gain, knee, offset };
}
