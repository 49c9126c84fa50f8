import { FULL } from "../full";
import { xorshift32 } from "../fixed/random";

/**
 * Spatially extended labels: a wave over the whole frame, mixed into its values and normalised with them (docs/maps.md).
 */

/** round(127.5 + 127.5 cos(2πi / 256)), halves up, i = 0..128; the other half mirrors it. */
const COSINE: usize = FULL ? memory.data<u8>([
  255, 255, 255, 255, 254, 254, 254, 253, 253, 252, 251, 250, 250, 249, 248, 246,
  245, 244, 243, 241, 240, 238, 237, 235, 234, 232, 230, 228, 226, 224, 222, 220,
  218, 215, 213, 211, 208, 206, 203, 201, 198, 196, 193, 190, 188, 185, 182, 179,
  176, 173, 170, 167, 165, 162, 158, 155, 152, 149, 146, 143, 140, 137, 134, 131,
  128, 124, 121, 118, 115, 112, 109, 106, 103, 100, 97, 93, 90, 88, 85, 82,
  79, 76, 73, 70, 67, 65, 62, 59, 57, 54, 52, 49, 47, 44, 42, 40,
  37, 35, 33, 31, 29, 27, 25, 23, 21, 20, 18, 17, 15, 14, 12, 11,
  10, 9, 7, 6, 5, 5, 4, 3, 2, 2, 1, 1, 1, 0, 0, 0,
  0,
]) : 0;

/** The neutral label: no wave, but its mean. */
const NEUTRAL: i32 = 128;

/** Of an angle in 256ths of a turn; 0..255. */
export function cosine(angle: i32): i32 {
  const i = angle & 255;
  return <i32>load<u8>(COSINE + <usize>(i > 128 ? 256 - i : i));
}

/**
 * One pass over the labelled frame. Returns Σ v² of it; where `inner` is not 0, its inputs x = min(127, (v * by + 2^15) >> 16) go there, one row of
 * the frame each `rowBytes` bytes.
 *
 * values: u8 [height][width][channels]. u, v: cycles over the width and the height, q8; `waves` false: the neutral label. share: of the wave, q8. Each value
 * of the frame that is not 0 draws once from `random`, if dropout (q8) is not 0; a value left out counts as 0 before the label comes, and as no input after it.
 */
export function waveFrame(
  values: usize, height: i32, width: i32, channels: i32, waves: bool, u: i32, v: i32, share: i32, dropout: u32, random: u32, by: i32, inner: usize, rowBytes: usize,
): i64 {
  let squares: i64 = 0;
  for (let row = 0; row < height; row++) {
    const down = <i32>(<i64>(row * v) * 256 / height);
    let to = inner;
    for (let column = 0; column < width; column++) {
      const wave = (waves ? cosine((<i32>(<i64>(column * u) * 256 / width) + down) >> 8) : NEUTRAL) * share + 128;
      for (let channel = 0; channel < channels; channel++) {
        let value = <i32>load<u8>(values++);
        if (dropout != 0 && value != 0) {
          random = xorshift32(random);
          if (random >>> 24 < dropout) value = 0;
        }
        const labelled = (value * (256 - share) + wave) >> 8;
        squares += <i64>(labelled * labelled);
        if (inner != 0) store<u8>(to++, <u8>min(<i32>((<u32>labelled * <u32>by + 32768) >>> 16), 127));
      }
    }
    if (inner != 0) inner += rowBytes;
  }
  return squares;
}

/** The generator's state after the draws of one frame of `size` values. */
export function afterDropout(values: usize, size: i32, random: u32): u32 {
  for (let i = 0; i < size; i++) if (load<u8>(values + <usize>i) != 0) random = xorshift32(random);
  return random;
}
