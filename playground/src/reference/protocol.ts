/** What the page and the reference's worker say to each other. */
import type { NetworkSpecInput } from "../../../host/spec/network_spec.js";

export interface ReferenceRequest {
  readonly spec: NetworkSpecInput;
  readonly gzipped: Uint8Array<ArrayBuffer>;
  /** Digits of the exact comparison. */
  readonly exact: number;
  /** Digits of the float one, in batches. */
  readonly float: number;
}

export interface Compared {
  readonly compared: number;
  readonly differing: number;
}

export type ReferenceReply =
  | { readonly type: "backend"; readonly name: string; readonly adapter: string }
  | { readonly type: "absent"; readonly reason: string }
  | { readonly type: "exact"; readonly done: number; readonly layers: readonly { readonly sums: Compared; readonly goodness: Compared; readonly coefficients: Compared; readonly weights: Compared }[]; readonly readout: Compared | null; readonly finished: boolean }
  | { readonly type: "float"; readonly samples: number; readonly chip: number; readonly float: number; readonly tested: number; readonly finished: boolean }
  | { readonly type: "failed"; readonly message: string };
