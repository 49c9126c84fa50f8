/**
 * Tensors in a file: magic of four letters, u32 length of the header, header (JSON, with `lengths` of the tensors and the `sha256` of their values),
 * f32 values, all little endian.
 */
import { createHash } from "node:crypto";
import { MayflyError } from "../../errors.js";
import type { Backend, Tensor } from "../backends/backend.js";
import type { Kept } from "../scope.js";

/** What every header holds besides what its owner writes. */
export interface TensorsHeader {
  readonly lengths: readonly number[];
  readonly sha256: string;
}

export async function packTensors(backend: Backend, magic: string, own: object, kept: readonly Kept<Tensor>[]): Promise<Uint8Array> {
  const values: Float32Array[] = [];
  for (const { value } of kept) values.push(await backend.read(value));
  const body = new Uint8Array(4 * values.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const each of values) {
    body.set(new Uint8Array(each.buffer, each.byteOffset, each.byteLength), at);
    at += each.byteLength;
  }
  const text = new TextEncoder().encode(JSON.stringify({ ...own, lengths: values.map(({ length }) => length), sha256: shortHash(body) } satisfies TensorsHeader));
  const bytes = new Uint8Array(8 + text.length + body.length);
  bytes.set(new TextEncoder().encode(magic));
  new DataView(bytes.buffer).setUint32(4, text.length, true);
  bytes.set(text, 8);
  bytes.set(body, 8 + text.length);
  return bytes;
}

/** The header and the values, checked. `name` is what errors call the file, `what` what it should be. */
export function unpackTensors<H>(bytes: Uint8Array, magic: string, name: string, what: string): { header: H & TensorsHeader; body: Float32Array } {
  const damaged = (why: string): MayflyError => new MayflyError(`${name} is damaged: ${why}`, 1);
  if (bytes.length < 8 || new TextDecoder().decode(bytes.subarray(0, 4)) !== magic) throw damaged(`it is not ${what}`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true);
  let header: H & TensorsHeader;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as H & TensorsHeader;
  } catch {
    throw damaged("its header is not JSON");
  }
  const body = bytes.slice(8 + length);
  if (shortHash(body) !== header.sha256) throw damaged("its checksum is wrong");
  return { header, body: new Float32Array(body.buffer) };
}

/** Puts the values of a file into tensors of the same sizes. */
export function fillTensors(backend: Backend, kept: readonly Kept<Tensor>[], { header, body }: { header: TensorsHeader; body: Float32Array }, name: string): void {
  if (kept.length !== header.lengths.length || kept.some(({ value }, index) => value.size !== header.lengths[index])) throw new MayflyError(`${name} is damaged: its tensors are not this network's`, 1);
  let at = 0;
  for (const one of kept) {
    one.set(backend.tf.tensor(body.slice(at, at + one.value.size), one.value.shape));
    at += one.value.size;
  }
}

/** First 16 digits of the SHA-256. */
export function shortHash(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex").slice(0, 16);
}
