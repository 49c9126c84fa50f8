import { coefficient } from "./place_coefficients";
import { slot } from "./conv_places";

/**
 * Peer normalisation on a map: every unit is pulled to the mean activity of the channels of its own place, whether it is on or not
 * (docs/maps.md). means: i32 q23, [place][channel].
 */

/** The mean of a place's means. */
function meanOf(means: usize, channels: i32): i32 {
  let sum: i64 = 0;
  for (let i = 0; i < channels; i++) sum += <i64>load<i32>(means + (<usize>i << 2));
  return <i32>(sum / channels);
}

/** b of a unit: rounded, at most 32767 either way. */
// @ts-ignore: decorator
@inline function pullOf(peers: i32, mean: i32, gain: i32, shift: i32): i32 {
  const away = (peers - mean) >> 16;
  const pull = min((abs(away) * gain + (1 << (shift - 1))) >> shift, 32767);
  return away < 0 ? -pull : pull;
}

// @ts-ignore: decorator
@inline function within(value: i32, limit: i32): i32 {
  return max(min(value, limit), -limit);
}

/** Adds the pulls of a place's units to their positive coefficients, i16 [channels][2]; true when a coefficient is not 0 after it. */
export function pullPlace(means: usize, channels: i32, gain: i32, shift: i32, coefficients: usize): bool {
  const peers = meanOf(means, channels);
  let any = 0;
  for (let i: usize = 0; i < <usize>channels; i++) {
    const at = coefficients + (i << 2);
    store<i16>(at, <i16>within(<i32>load<i16>(at) + pullOf(peers, load<i32>(means + (i << 2)), gain, shift), 32767));
    any |= load<i32>(at);
  }
  return any != 0;
}

/** As `gatherPlaces` of the positive plane, with the pulls added; `count` of the 8 channels are there. means: of the first place's first channel. */
export function gatherPulled(
  y: usize, remembered: usize, means: usize, channel: i32, count: i32, pull: i32, channels: i32, width: i32, height: i32, pool: i32, gains: usize, shift: i32, limit: i32, ceiling: i32,
  window: usize, rowStep: usize, columnStep: usize, list: usize, places: i32, sums: usize,
): i32 {
  const squares = pool * pool;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const corner = window + <usize>(row * pool) * rowStep + <usize>(column * pool) * columnStep;
      const peers = meanOf(means, channels);
      for (let place = 0; place < squares; place++) {
        let at: usize = 0;
        for (let i: usize = 0; i < <usize>count; i++) {
          if (squares > 1 && <i32>load<u8>(remembered + i) != place) continue;
          const own = coefficient(<i32>load<i16>(y + (i << 1)), load<i32>(gains + (i << 2)), shift, 32767, ceiling);
          const b = pullOf(peers, load<i32>(means + ((<usize>channel + i) << 2)), pull, shift);
          const a = within(within(own + b, 32767), limit);
          if (a == 0) continue;
          if (at == 0) at = slot(list, places++, corner + <usize>(place / pool) * rowStep + <usize>(place % pool) * columnStep);
          store<i16>(at + (i << 2), <i16>a);
          store<i32>(sums + (i << 2), load<i32>(sums + (i << 2)) + a);
        }
      }
      y += <usize>channels << 1;
      remembered += <usize>channels;
      means += <usize>channels << 2;
    }
  }
  return places;
}
