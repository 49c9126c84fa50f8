/** What a report shows, as plain data: the host collects it, the page draws it. Nothing else goes between the two. */

/** A share of samples by goodness of the layer; both histograms have the same bins. */
export interface GoodnessHistogram {
  /** From 1. */
  readonly layer: number;
  /** Lower edges, in goodness a unit (mean square of the activity). */
  readonly edges: readonly number[];
  readonly width: number;
  /** Of the right label, or of the true class's group. */
  readonly positive: readonly number[];
  readonly negative: readonly number[];
}

export interface ReportImage {
  /** What it shows, for those who cannot see it. */
  readonly alt: string;
  readonly caption: string;
  /** data:image/png;base64,… */
  readonly url: string;
  readonly width: number;
  readonly height: number;
}

export interface ReportLayer {
  readonly name: string;
  readonly units: number;
  readonly active: number;
  readonly hoyer: number;
  readonly silent: number;
  readonly meanSelectivity: number;
  readonly ensembleSizes: readonly number[];
  readonly overlap: readonly (readonly number[])[];
  /** Shares of the units that belong to one ensemble, and to several. */
  readonly inOne: number;
  readonly inSeveral: number;
  /** Of the class that was left out of training, if one was. */
  readonly leftOut: { readonly size: number; readonly meanSizeOfOthers: number; readonly shared: number | null; readonly nearest: readonly string[]; readonly active: number; readonly activeOfOthers: number } | null;
  /** Of a recurrent network: after its start (0) and each iteration. */
  readonly iterations: readonly { readonly iteration: number; readonly active: number; readonly hoyer: number }[];
}

/** The network and its twins that learned by backpropagation, measured alike. */
export interface SideBySide {
  readonly samples: number;
  /** The label that stood in the input. */
  readonly label: "neutral" | "true";
  readonly networks: readonly { readonly name: string; readonly error: number | null; readonly epochs: number; readonly layers: readonly ReportLayer[] }[];
}

/** Multiply-adds a training sample: all there are, and those that were done. */
export interface ReportWork {
  readonly forward: { readonly all: number; readonly done: number };
  readonly update: { readonly all: number; readonly done: number };
}

export interface ReportRun {
  readonly name: string;
  readonly title: string;
  readonly dataset: string;
  readonly facts: readonly (readonly [string, string])[];
  readonly epochs: readonly { readonly epoch: number; readonly goodness: number | null; readonly readout: number | null; readonly discrimination: readonly number[]; readonly rowsUsed: readonly number[]; readonly rowsUpdated: readonly number[]; readonly work: readonly ReportWork[] }[];
  readonly classNames: readonly string[];
  readonly confusion: readonly (readonly number[])[];
  /** Samples behind confusion, histograms and ensembles. */
  readonly samples: number;
  readonly goodness: readonly GoodnessHistogram[];
  readonly layers: readonly ReportLayer[];
  /** Name of the class that was left out of training. */
  readonly leftOut: string | null;
  readonly beside: SideBySide | null;
  readonly fields: readonly ReportImage[];
  readonly maps: readonly ReportImage[];
  readonly memory: readonly { readonly name: string; readonly bytes: number; readonly persistent: boolean; readonly purpose: string }[];
  readonly memoryTotal: number;
  readonly boards: readonly { readonly board: string; readonly fits: boolean; readonly spareBytes: number; readonly stepMs: string; readonly epoch: string; readonly stepMilliJ: string }[];
  /** Verdict and counts of `mayfly parity`, when the run directory holds one. */
  readonly parity: { readonly verdict: string; readonly lines: readonly string[] } | null;
  /** What the run has no data for, and the command that makes it. */
  readonly missing: readonly { readonly what: string; readonly command: string }[];
}

export interface ReportData {
  readonly made: string;
  readonly version: string;
  readonly runs: readonly ReportRun[];
}
