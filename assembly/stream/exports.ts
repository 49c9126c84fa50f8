/** The exports of the front end, in the full build only: each checks its arguments and the state it needs, then hands over. See docs/streams.md. */
import { FRONT_ALARM, FRONT_CHANNEL, FRONT_CHANNELS, FRONT_WANTED, PUSH_NONE } from "../abi/front";
import { BAD_ARGUMENT, JOB_PENDING, NOT_READY, OK } from "../abi/status";
import { jobPending } from "../ff/job";
import { RT_FRONT_BLOCK, RT_READY, report, runtime } from "../memory";
import { judge, threshold } from "./alarm";
import { blockRows, front, frontState, hasFront } from "./front_words";
import { dropWindow, takeValue } from "./window";

/** Whether there is a front end, and no job that still needs the frame. */
function ready(): i32 {
  if (!runtime(RT_READY) || !hasFront()) return report(NOT_READY, 0);
  return jobPending() ? report(JOB_PENDING, 0) : OK;
}

/** Takes the next value of the signal, channels in turn. PUSH_…, or a status and nothing is taken. */
export function push(value: i32): i32 {
  const fault = ready();
  if (fault != OK) return fault;
  if (value < -32768 || value > 32767) return report(BAD_ARGUMENT, value);
  return takeValue(value);
}

/** Takes the first `count` samples of the region *front block*; at most `samples_wanted`, so that a window can end with the last of them only. */
export function push_block(count: i32): i32 {
  const fault = ready();
  if (fault != OK) return fault;
  if (count < 0 || count > blockRows() || count > load<i32>(frontState(FRONT_WANTED)) || load<i32>(frontState(FRONT_CHANNEL)) != 0) return report(BAD_ARGUMENT, count);
  let result = PUSH_NONE;
  const block = runtime(RT_FRONT_BLOCK);
  for (let i = 0; i < count * front(FRONT_CHANNELS); i++) result = takeValue(load<i16>(block + (<usize>i << 1)));
  return result;
}

/** Samples until the next window ends, or a status. */
export function samples_wanted(): i32 {
  if (!runtime(RT_READY) || !hasFront()) return report(NOT_READY, 0);
  return load<i32>(frontState(FRONT_WANTED));
}

/** Says that the signal was interrupted here. */
export function gap(): i32 {
  if (!runtime(RT_READY) || !hasFront()) return report(NOT_READY, 0);
  dropWindow();
  return report(OK, 0);
}

/** 1 when the last prediction's score is below the threshold, else 0, or a status. With `learn` not 0 the threshold follows the score. */
export function alarm(learn: i32): i32 {
  const fault = ready();
  if (fault != OK) return fault;
  if (front(FRONT_ALARM) == 0) return report(BAD_ARGUMENT, learn);
  return judge(learn != 0);
}

/** The threshold, in the units of a score; 0 before the first. A status of the engine stands in `status()`, for a score may be negative. */
export function alarm_threshold(): i32 {
  if (!runtime(RT_READY) || !hasFront()) return report(NOT_READY, 0);
  report(OK, 0);
  return threshold();
}
