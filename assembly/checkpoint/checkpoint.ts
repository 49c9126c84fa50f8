/**
 * A checkpoint is a copy of the persistent part of memory: header, spec, state, weights. `writeHeader` completes it; after
 * that the host may copy the bytes anywhere. Back again, the host writes the bytes at `base()` and `checkHeader` tells
 * whether they are whole.
 */
import { HEADER_BYTES, HEADER_MAGIC, HEADER_VERSION, HEADER_SIZE, HEADER_CRC } from "../abi/region";
import { ABI_VERSION, BAD_CHECKSUM, BAD_MAGIC, BAD_SIZE, BAD_VERSION, MAGIC, OK } from "../abi/status";
import { clearWords } from "../kernels/words";
import { RT_PERSISTENT_BYTES, base, report, runtime } from "../memory";
import { crc32 } from "./crc32";

export function writeHeader(): void {
  const bytes = runtime(RT_PERSISTENT_BYTES);
  clearWords(base(), HEADER_BYTES);
  store<i32>(base(), MAGIC, HEADER_MAGIC);
  store<i32>(base(), ABI_VERSION, HEADER_VERSION);
  store<u32>(base(), <u32>bytes, HEADER_SIZE);
  store<u32>(base(), crc32(base() + HEADER_BYTES, bytes - HEADER_BYTES), HEADER_CRC);
}

/** Magic and version: all that may be read before the spec is known to be one. */
export function checkKind(): i32 {
  if (load<i32>(base(), HEADER_MAGIC) != MAGIC) return report(BAD_MAGIC, load<i32>(base(), HEADER_MAGIC));
  if (load<i32>(base(), HEADER_VERSION) != ABI_VERSION) return report(BAD_VERSION, load<i32>(base(), HEADER_VERSION));
  return OK;
}

/** Size and CRC, once the spec is planned. */
export function checkContent(): i32 {
  const bytes = runtime(RT_PERSISTENT_BYTES);
  if (<usize>load<u32>(base(), HEADER_SIZE) != bytes) return report(BAD_SIZE, <i32>bytes);
  const crc = crc32(base() + HEADER_BYTES, bytes - HEADER_BYTES);
  // The rest of the header is zero, so that no bit of a checkpoint goes unchecked.
  if ((load<u64>(base(), HEADER_CRC + 4) | load<u32>(base(), HEADER_CRC + 12) | load<u32>(base(), HEADER_CRC + 16)) != 0) return report(BAD_CHECKSUM, <i32>crc);
  if (crc != load<u32>(base(), HEADER_CRC)) return report(BAD_CHECKSUM, <i32>crc);
  return OK;
}
