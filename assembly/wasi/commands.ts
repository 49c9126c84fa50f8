/** The command stream's own loop: see protocol.ts. */
import { FIELD_BYTES, FIELD_KIND, FIELD_LAYER, FIELD_OFFSET, HEADER_BYTES, REGION_HEADER, REGION_SPEC } from "../abi/region";
import {
  abi, begin_goodness, begin_readout, begin_train, cancel, checksum, init, open, peek32, peek8, plan, poke32, poke8,
  predict_goodness, predict_readout, region, region_count, samples, seal, spec_address, status, status_detail, step, train,
} from "../engine";
import {
  COMMAND_BYTES, EXIT_COMMAND, EXIT_STREAM, FUNCTION_ABI, FUNCTION_BEGIN_GOODNESS, FUNCTION_BEGIN_READOUT, FUNCTION_BEGIN_TRAIN,
  FUNCTION_CANCEL, FUNCTION_CHECKSUM, FUNCTION_INIT, FUNCTION_OPEN, FUNCTION_PEEK32, FUNCTION_PEEK8, FUNCTION_PLAN,
  FUNCTION_POKE32, FUNCTION_POKE8, FUNCTION_PREDICT_GOODNESS, FUNCTION_PREDICT_READOUT, FUNCTION_REGION, FUNCTION_REGION_COUNT,
  FUNCTION_SAMPLES, FUNCTION_SEAL, FUNCTION_SPEC_ADDRESS, FUNCTION_STATUS, FUNCTION_STATUS_DETAIL, FUNCTION_STEP,
  FUNCTION_TRAIN, OP_CALL, OP_READ, OP_READ_REGION, OP_REPEAT, OP_WRITE, OP_WRITE_REGION,
} from "./protocol";
import { leave, readInput, writeOutput } from "./streams";

const COMMAND: usize = memory.data(16, 4);
const REPLY: usize = memory.data(4, 4);

/** Carries out commands until the input ends. */
export function serve(): void {
  while (readInput(COMMAND, COMMAND_BYTES)) {
    const a = load<i32>(COMMAND, 4);
    const b = load<i32>(COMMAND, 8);
    const c = load<i32>(COMMAND, 12);
    switch (load<i32>(COMMAND)) {
      case OP_CALL: reply(call(a, b, c)); break;
      case OP_WRITE: receive(a, c); break;
      case OP_READ: writeOutput(<usize>a, <usize>c); break;
      case OP_WRITE_REGION: receive(addressOf(a, b, c), c); break;
      case OP_READ_REGION: writeOutput(<usize>addressOf(a, b, c), <usize>c); break;
      case OP_REPEAT: reply(repeat(a, b, c)); break;
      default: leave(EXIT_COMMAND);
    }
  }
}

function reply(value: i32): void {
  store<i32>(REPLY, value);
  writeOutput(REPLY, 4);
}

function repeat(id: i32, cycle: i32, times: i32): i32 {
  let result = 0;
  for (let turn = 0; turn < times; turn++) result = call(id, turn % max(cycle, 1), 0);
  return result;
}

function receive(address: i32, bytes: i32): void {
  if (bytes != 0 && !readInput(<usize>address, <usize>bytes)) leave(EXIT_STREAM);
}

/** Address of a region that has `bytes` bytes. The header's and the spec's are known before there is a spec. */
function addressOf(kind: i32, layer: i32, bytes: i32): i32 {
  if (kind == REGION_HEADER) return spec_address() - HEADER_BYTES;
  if (kind == REGION_SPEC) return spec_address();
  const count = region_count();
  for (let index = 0; index < count; index++) {
    if (region(index, FIELD_KIND) != kind || region(index, FIELD_LAYER) != layer) continue;
    if (bytes >= 0 && bytes <= region(index, FIELD_BYTES)) return region(index, FIELD_OFFSET);
  }
  leave(EXIT_COMMAND);
  return 0;
}

function call(id: i32, a: i32, b: i32): i32 {
  switch (id) {
    case FUNCTION_ABI: return abi();
    case FUNCTION_SPEC_ADDRESS: return spec_address();
    case FUNCTION_STATUS: return status();
    case FUNCTION_STATUS_DETAIL: return status_detail();
    case FUNCTION_PLAN: return plan();
    case FUNCTION_REGION_COUNT: return region_count();
    case FUNCTION_REGION: return region(a, b);
    case FUNCTION_INIT: return init();
    case FUNCTION_OPEN: return open();
    case FUNCTION_SEAL: return seal();
    case FUNCTION_BEGIN_TRAIN: return begin_train(a);
    case FUNCTION_BEGIN_GOODNESS: return begin_goodness();
    case FUNCTION_BEGIN_READOUT: return begin_readout();
    case FUNCTION_STEP: return step(a);
    case FUNCTION_CANCEL: return cancel();
    case FUNCTION_TRAIN: return train(a);
    case FUNCTION_PREDICT_GOODNESS: return predict_goodness();
    case FUNCTION_PREDICT_READOUT: return predict_readout();
    case FUNCTION_SAMPLES: return samples();
    case FUNCTION_CHECKSUM: return checksum(a, b);
    case FUNCTION_PEEK8: return peek8(a);
    case FUNCTION_POKE8: return poke8(a, b);
    case FUNCTION_PEEK32: return peek32(a);
    case FUNCTION_POKE32: return poke32(a, b);
  }
  leave(EXIT_COMMAND);
  return 0;
}
