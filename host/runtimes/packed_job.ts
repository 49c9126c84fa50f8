import { REGION_FRAME, REGION_HEADER, REGION_SPEC } from "../../assembly/abi/region.js";
import { encodeExtras } from "../engine/extras.js";
import { plannedWords } from "../engine/fit_bands.js";
import { MayflyError } from "../errors.js";
import { planFor, refuseBoxes, type Sample, specWords } from "./runtime_network.js";
import { encodeCommand, functionNumber, OP_CALL, OP_READ_REGION, OP_WRITE_REGION } from "./protocol.js";
import { decodeSpec } from "../spec/encode.js";
import type { NetworkSpecInput } from "../spec/network_spec.js";

/** A training job as bytes for the standard input of the WASI command, in any runtime: `wasmtime mayfly.wasi.wasm < job > replies`. */
export interface PackedJob {
  readonly commands: Uint8Array;
  /** Pages of memory the module must have; as built it has 32 (2 MiB). */
  readonly pages: number;
  /** The checkpoint in the replies to these commands; throws when a step failed or the replies are cut short. */
  readReplies(replies: Uint8Array): Uint8Array;
}

const WORD_BYTES = 4;

/** Packs: a fresh network of a spec, or a checkpoint to go on from; the samples to learn, in order; and the checkpoint at the end. */
export function packTraining(start: NetworkSpecInput | Uint8Array, samples: readonly Sample[]): PackedJob {
  const opens = start instanceof Uint8Array;
  const words = opens ? specWords(start) : plannedWords(start);
  refuseBoxes(words, "a packed job");
  const { bytes, pages } = planFor("wasi", "scalar", words);
  const given = decodeSpec(words);
  const spec = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  const commands = [
    opens ? encodeCommand(OP_WRITE_REGION, REGION_HEADER, -1, start.length, start) : encodeCommand(OP_WRITE_REGION, REGION_SPEC, -1, spec.length, spec),
    encodeCommand(OP_CALL, functionNumber(opens ? "open" : "init"), 0, 0),
    ...samples.flatMap((sample) => [
      ...[{ kind: REGION_FRAME, bytes: sample.frame }, ...encodeExtras(sample, given)].map(({ kind, bytes }) => encodeCommand(OP_WRITE_REGION, kind, -1, bytes.length, bytes)),
      encodeCommand(OP_CALL, functionNumber("train"), sample.label, 0),
    ]),
    encodeCommand(OP_CALL, functionNumber("seal"), 0, 0),
    encodeCommand(OP_READ_REGION, REGION_HEADER, -1, bytes.checkpoint),
  ];
  const statuses = samples.length + 2;
  return {
    commands: Buffer.concat(commands),
    pages,
    readReplies(replies) {
      const view = new DataView(replies.buffer, replies.byteOffset, replies.length);
      for (let index = 0; index < Math.min(statuses, Math.floor(replies.length / WORD_BYTES)); index++) {
        const status = view.getInt32(WORD_BYTES * index, true);
        if (status !== 0) throw new MayflyError(`the packed job failed with status ${status} ${index === 0 ? "at its start" : `at sample ${index - 1}`}`, 1);
      }
      const expected = WORD_BYTES * statuses + bytes.checkpoint;
      if (replies.length !== expected) throw new MayflyError(`the replies have ${replies.length} bytes, ${expected} were expected: the job did not run to its end`, 1);
      return replies.slice(WORD_BYTES * statuses);
    },
  };
}
