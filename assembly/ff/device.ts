/**
 * A device of its own (Hinton 2022, §8: mortal computation): every unit has a gain, an offset and a soft ceiling of its own, which nothing else
 * knows. They are drawn anew each time they are needed, so they take no memory.
 */
import { SPEC_DEVICE } from "../abi/spec";
import { mix, xorshift32 } from "../fixed/random";
import { scale, stride, units } from "../layers/layer";
import { spec } from "../spec";

const STREAM: u32 = 9;

/** y (units,) i16 of sums (units,) i32 of a layer; padding stays 0. */
export function activateDevice(layer: i32, sums: usize, y: usize): void {
  activateUnits(sums, units(layer), stride(layer), scale(layer) - 3, firstUnit(layer), y);
}

/** The generator of a layer's units. */
export function firstUnit(layer: i32): u32 {
  return mix(<u32>spec(SPEC_DEVICE), 16 * <u32>(layer + 1) + STREAM);
}

/** `width` units, one draw each from `random`; returns the generator's state behind them. */
export function activateUnits(sums: usize, width: i32, stride: i32, shift: i32, random: u32, y: usize): u32 {
  const half = <i64>1 << (shift - 1);
  for (let i = 0; i < width; i++) {
    random = xorshift32(random);
    const gain = <i64>(128 + (random & 255));
    const knee = <i64>(64 + ((random >>> 8) & 255));
    const offset = <i64>((random >>> 16) & 255) - 128;
    const value = max<i64>(min<i64>(((((<i64>load<i32>(sums + (<usize>i << 2)) + half) >> shift) + offset) * gain) >> 8, 32767), 0);
    store<i16>(y + (<usize>i << 1), <i16>(value <= knee ? value : knee + ((value - knee) >> 2)));
  }
  memory.fill(y + (<usize>width << 1), 0, <usize>(stride - width) << 1);
  return random;
}
