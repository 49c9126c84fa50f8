/** The exports: each checks its arguments and the state it needs, then hands over. See docs/abi.md. */
import {
  ABI_VERSION, BAD_ARGUMENT, BAD_LABEL, JOB_PENDING, NOT_READY, OK,
} from "./abi/status";
import { checkContent, checkKind, writeHeader } from "./checkpoint/checkpoint";
import { crc32 } from "./checkpoint/crc32";
import { mix } from "./fixed/random";
import { dropJob, jobPending, startJob, takeCompleted, workJob } from "./ff/job";
import { JOB_GOODNESS, JOB_READOUT, JOB_TRAIN } from "./ff/job_state";
import { initialiseVariants } from "./ff/variants";
import { FULL } from "./full";
import { argmax } from "./ff/readout";
import { initialiseLayer } from "./layers/initialise";
import {
  RT_DETAIL, RT_LOGITS, RT_READY, RT_SCORES, RT_STATE, RT_STATUS, RUNTIME, report, runtime, setRuntime,
} from "./memory";
import { commitPlan, isField, planMemory, regionCount, regionField } from "./plan";
import { SPEC_CLASSES, SPEC_LAYER_COUNT, SPEC_READOUT_FROM, SPEC_SEED } from "./abi/spec";
import { spec, specAddress, validate } from "./spec";
import { twoFrames } from "./spec_variants";
import { NET_DROPOUT, NET_SAMPLER, NET_STATE_BYTES, NET_STEP } from "./abi/state";
import { clearWords } from "./kernels/words";
import { netState } from "./state";
import { prepareFront } from "./stream/window";

const STREAM_SAMPLER: u32 = 1;
const STREAM_DROPOUT: u32 = 2;

/** Version of the ABI. */
export function abi(): i32 {
  return ABI_VERSION;
}

/** Address of the spec block; the checkpoint starts 32 bytes before. */
export function spec_address(): i32 {
  return <i32>specAddress();
}

/** The last status, negative for an error, and its detail: see abi.ts. */
export function status(): i32 {
  return load<i32>(RUNTIME + RT_STATUS);
}

export function status_detail(): i32 {
  return load<i32>(RUNTIME + RT_DETAIL);
}

/** Bytes of linear memory the spec in memory needs, from address 0; or a status. Changes nothing. */
export function plan(): i32 {
  const fault = validate();
  if (fault != OK) return fault;
  report(OK, 0);
  return planMemory();
}

/** Number of regions of the plan, or a status. */
export function region_count(): i32 {
  const fault = validate();
  return fault != OK ? fault : regionCount();
}

/** A field (FIELD_… of plan.ts) of the descriptor of region `index`. */
export function region(index: i32, field: i32): i32 {
  const fault = validate();
  if (fault != OK) return fault;
  if (index < 0 || index >= regionCount()) return report(BAD_ARGUMENT, index);
  if (!isField(field)) return report(BAD_ARGUMENT, field);
  return regionField(index, field);
}

/** Makes a fresh network of the spec: plans, seeds, draws the weights. Returns a status. */
export function init(): i32 {
  const fault = prepare();
  if (fault != OK) return fault;
  clearWords(runtime(RT_STATE), NET_STATE_BYTES);
  store<u32>(netState(NET_SAMPLER), mix(<u32>spec(SPEC_SEED), STREAM_SAMPLER));
  store<u32>(netState(NET_DROPOUT), mix(<u32>spec(SPEC_SEED), STREAM_DROPOUT));
  if (FULL) initialiseVariants();
  for (let layer = 0; layer < spec(SPEC_LAYER_COUNT); layer++) initialiseLayer(layer, runtime(RT_SCORES));
  setRuntime(RT_READY, 1);
  return report(OK, 0);
}

/** Takes up the checkpoint that the host has written at the start of the persistent part. Returns a status. */
export function open(): i32 {
  const kind = checkKind();
  if (kind != OK) return kind;
  const fault = prepare();
  if (fault != OK) return fault;
  const content = checkContent();
  if (content != OK) return content;
  setRuntime(RT_READY, 1);
  return report(OK, 0);
}

function prepare(): i32 {
  setRuntime(RT_READY, 0);
  dropJob();
  const fault = validate();
  const planned = fault != OK ? fault : commitPlan();
  if (FULL && planned == OK) prepareFront();
  return planned;
}

/** Completes the checkpoint header, so that the persistent part may be copied. Between samples only. Returns a status. */
export function seal(): i32 {
  const fault = ready();
  if (fault != OK) return fault;
  writeHeader();
  return report(OK, 0);
}

/** Starts to learn from the frame in memory. Returns a status. */
export function begin_train(label: i32): i32 {
  const fault = ready();
  if (fault != OK) return fault;
  if (label < 0 || label >= spec(SPEC_CLASSES)) return report(BAD_LABEL, label);
  return begin(JOB_TRAIN, label);
}

/** Starts to score every class of the frame in memory by goodness. */
export function begin_goodness(): i32 {
  const fault = ready();
  if (fault != OK) return fault;
  return begin(JOB_GOODNESS, -1);
}

/** Starts to score every class of the frame in memory by the readout. */
export function begin_readout(): i32 {
  const fault = ready();
  if (fault != OK) return fault;
  if (spec(SPEC_READOUT_FROM) >= spec(SPEC_LAYER_COUNT)) return report(BAD_ARGUMENT, spec(SPEC_READOUT_FROM));
  return begin(JOB_READOUT, -1);
}

/** Whether a job may start or a checkpoint be sealed. */
function ready(): i32 {
  if (!runtime(RT_READY)) return report(NOT_READY, 0);
  return jobPending() ? report(JOB_PENDING, 0) : OK;
}

function begin(kind: i32, label: i32): i32 {
  startJob(kind, label);
  return report(OK, 0);
}

/** Goes on with the job for about `max_work` multiply-adds (0: to its end). OK when it is done, BUSY when not, WAITING for a box. */
export function step(max_work: i32): i32 {
  if (max_work < 0) return report(BAD_ARGUMENT, max_work);
  return workJob(max_work == 0 ? i64.MAX_VALUE : <i64>max_work);
}

/**
 * For those who watch a pass: the layer whose activities (region *activity*) the last piece of work has completed, + 256 when they are a
 * pair's (of a recurrent network: in the start and in every iteration), -1 for none. Asking clears it; `step(1)` does one piece.
 */
export function completed(): i32 {
  return takeCompleted();
}

/** Drops the job under way. What its finished layers have learned stays. */
export function cancel(): i32 {
  dropJob();
  return report(OK, 0);
}

/** Learns from the frame in memory, in one go. */
export function train(label: i32): i32 {
  const fault = begin_train(label);
  return fault != OK ? fault : step(0);
}

/** Class of the frame in memory by goodness, or a status; the scores are in their region. */
export function predict_goodness(): i32 {
  const fault = begin_goodness();
  if (fault != OK) return fault;
  const done = step(0);
  if (FULL && done != OK) return waiting();
  return FULL && twoFrames() ? 0 : argmax(runtime(RT_SCORES));
}

/** Class of the frame in memory by the readout, or a status; the logits are in their region. */
export function predict_readout(): i32 {
  const fault = begin_readout();
  if (fault != OK) return fault;
  const done = step(0);
  if (FULL && done != OK) return waiting();
  return argmax(runtime(RT_LOGITS));
}

/** WAITING would look like a class: the job has to be finished by `step`. The detail is the box's layer. */
function waiting(): i32 {
  return report(JOB_PENDING, status_detail());
}

/** Samples trained so far (wraps after 2^32). */
export function samples(): i32 {
  return runtime(RT_READY) ? load<i32>(netState(NET_STEP)) : 0;
}

/** CRC-32 of `bytes` bytes at `address`. */
export function checksum(address: i32, bytes: i32): i32 {
  return <i32>crc32(<usize>address, <usize>bytes);
}

// For hosts that cannot see memory. Addresses come from `region`; they are not checked.

export function peek8(address: i32): i32 {
  return load<u8>(<usize>address);
}

export function poke8(address: i32, value: i32): i32 {
  store<u8>(<usize>address, <u8>value);
  return OK;
}

export function peek32(address: i32): i32 {
  return load<i32>(<usize>address);
}

export function poke32(address: i32, value: i32): i32 {
  store<i32>(<usize>address, value);
  return OK;
}
