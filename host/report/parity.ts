/** Parity of a run's network with the reference, as `mayfly parity --json` prints it and a run directory keeps it. */
import { join } from "node:path";
import { z } from "zod";
import { MayflyError } from "../errors.js";
import { describeIssue } from "../schema_issue.js";
import type { NetworkSpec } from "../spec/network_spec.js";
import { readIfThere, writeAtomically } from "../train/atomic_file.js";
import type { ReportRun } from "./report_data.js";

export const PARITY_FILE = "parity.json";

const counts = z.object({ compared: z.number(), differing: z.number() });
const schema = z.object({
  verdict: z.string(), steps: z.number().optional(), backend: z.string().optional(), builds: z.array(z.string()).optional(),
  layers: z.array(z.object({ preActivations: counts, goodness: counts, weights: counts })),
  spec: z.object({ objective: z.string(), layers: z.array(z.object({ units: z.number(), weights: z.string() })) }).optional(),
});

export async function saveParity(run: string, found: object): Promise<string> {
  const file = join(run, PARITY_FILE);
  await writeAtomically(file, `${JSON.stringify(found)}\n`);
  return file;
}

/** That of a run directory; null where there is none. Throws when it is another network's. */
export async function readParity(run: string, spec: NetworkSpec): Promise<ReportRun["parity"]> {
  const file = join(run, PARITY_FILE);
  const bytes = await readIfThere(file);
  if (bytes === null) return null;
  let parsed: unknown;
  try {
    parsed = JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    throw new MayflyError(`${file} is not what \`mayfly parity --json\` prints: it is not JSON`, 1, error);
  }
  const result = schema.safeParse(parsed);
  if (!result.success) {
    const issue = result.error.issues[0]!;
    throw new MayflyError(`${file} is not what \`mayfly parity --json\` prints: ${issue.path.map(String).join(".") || "its top"}: ${describeIssue(issue, parsed)}`, 1);
  }
  const { verdict, layers, steps, backend, builds, spec: of } = result.data;
  if (of && !sameNetwork(of, spec)) throw new MayflyError(`${file} is of another network (${of.layers.map(({ units }) => units).join("-")}, ${of.objective}): make it anew by mayfly report ${run} --parity, or remove it`, 1);
  const lines = layers.map(({ preActivations, goodness, weights }, layer) => `layer ${layer + 1}: ${([["pre-activations", preActivations], ["goodness", goodness], ["weights", weights]] as const).map(([name, { compared, differing }]) => `${differing} of ${compared.toLocaleString("en")} ${name} differ`).join(", ")}`);
  const how = steps !== undefined ? [`${steps.toLocaleString("en")} training steps${builds ? `, engine build ${builds.join(" and ")}` : ""}${backend ? `, reference on tfjs ${backend}` : ""}`] : [];
  return { verdict, lines: [...how, ...lines] };
}

/** Whether parity was of a network like this one; steps, seed and schedule may be its own. */
export function sameNetwork(of: { readonly objective: string; readonly layers: readonly { readonly units: number; readonly weights: string }[] }, spec: NetworkSpec): boolean {
  return of.objective === spec.objective && of.layers.length === spec.layers.length && of.layers.every(({ units, weights }, layer) => units === spec.layers[layer]!.units && weights === spec.layers[layer]!.weights);
}
