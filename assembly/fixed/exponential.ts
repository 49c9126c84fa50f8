/** EXP2[f] = round(2^15 * 2^-(f/64)). Made by scripts/tables.mjs, checked by test/assembly/fixed.test.ts. */
const EXP2: usize = memory.data<u16>([
  32768, 32415, 32066, 31720, 31379, 31041, 30706, 30376,
  30048, 29725, 29405, 29088, 28774, 28464, 28158, 27855,
  27554, 27258, 26964, 26674, 26386, 26102, 25821, 25543,
  25268, 24995, 24726, 24460, 24196, 23936, 23678, 23423,
  23170, 22921, 22674, 22430, 22188, 21949, 21713, 21479,
  21247, 21019, 20792, 20568, 20347, 20127, 19911, 19696,
  19484, 19274, 19066, 18861, 18658, 18457, 18258, 18061,
  17867, 17674, 17484, 17296, 17109, 16925, 16743, 16562,
]);

/** e^-z for z >= 0 in q8, as q15 (32768 = 1.0). Zero from z = 11.1 on; relative error below 1.2 % down to 2^-8. */
export function expneg(z: i32): i32 {
  const u = (min(z, 4095) * 94548) >> 16;
  const whole = u >> 8;
  const value = <i32>load<u16>(EXP2 + (<usize>((u & 255) >> 2) << 1));
  // No branch, which a large processor could not foresee. Half of 1 is 0: nothing is rounded when nothing is cut off.
  return select((value + ((1 << whole) >> 1)) >> whole, 0, whole < 16);
}

/** 1 / (1 + e^-z), z in q8, as q15. */
export function logistic(z: i32): i32 {
  const e = expneg(abs(z));
  const low = (e << 15) / (32768 + e);
  return z < 0 ? low : 32768 - low;
}
