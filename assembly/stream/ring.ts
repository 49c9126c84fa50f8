/** The last samples, i16 [window][channels], the oldest at HEAD. */
import { FRONT_CHANNEL, FRONT_CHANNELS, FRONT_HEAD } from "../abi/front";
import { RT_FRONT_RING, runtime } from "../memory";
import { front, frontState, windowSamples } from "./front_words";

/** Sample n of the window, 0 the oldest. */
export function sampleAt(n: i32, channel: i32): i32 {
  const window = windowSamples();
  let row = load<i32>(frontState(FRONT_HEAD)) + n;
  if (row >= window) row -= window;
  return <i32>load<i16>(runtime(RT_FRONT_RING) + (<usize>(row * front(FRONT_CHANNELS) + channel) << 1));
}

/** Takes the next value; returns whether all channels of the sample are there. */
export function putValue(value: i32): bool {
  const channels = front(FRONT_CHANNELS);
  const channel = load<i32>(frontState(FRONT_CHANNEL));
  const head = load<i32>(frontState(FRONT_HEAD));
  store<i16>(runtime(RT_FRONT_RING) + (<usize>(head * channels + channel) << 1), value);
  const whole = channel + 1 == channels;
  store<i32>(frontState(FRONT_CHANNEL), whole ? 0 : channel + 1);
  if (whole) store<i32>(frontState(FRONT_HEAD), head + 1 == windowSamples() ? 0 : head + 1);
  return whole;
}
