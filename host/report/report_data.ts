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
}

export interface ReportRun {
  readonly name: string;
  readonly title: string;
  readonly dataset: string;
  readonly facts: readonly (readonly [string, string])[];
  readonly epochs: readonly { readonly epoch: number; readonly goodness: number | null; readonly readout: number | null; readonly discrimination: readonly number[]; readonly rowsUsed: readonly number[]; readonly rowsUpdated: readonly number[] }[];
  readonly classNames: readonly string[];
  readonly confusion: readonly (readonly number[])[];
  /** Samples behind confusion, histograms and ensembles. */
  readonly samples: number;
  readonly goodness: readonly GoodnessHistogram[];
  readonly layers: readonly ReportLayer[];
  readonly fields: readonly ReportImage[];
  readonly maps: readonly ReportImage[];
  readonly memory: readonly { readonly name: string; readonly bytes: number; readonly persistent: boolean; readonly purpose: string }[];
  readonly memoryTotal: number;
  readonly boards: readonly { readonly board: string; readonly fits: boolean; readonly spareBytes: number; readonly stepMs: string; readonly epoch: string; readonly stepMilliJ: string }[];
  /** Verdict and counts of `mayfly parity`, when the run directory holds one. */
  readonly parity: { readonly verdict: string; readonly lines: readonly string[] } | null;
}

export interface ReportData {
  readonly made: string;
  readonly version: string;
  readonly runs: readonly ReportRun[];
}
