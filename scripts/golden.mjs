// Runs the golden jobs in both builds in this Node and writes the hashes to host/verify/golden_hashes.ts (with --check: only compares).
// Only when the algorithm was meant to change; say in the commit why. The oracle's test then says whether they are right.
import { build } from "esbuild";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = new URL("..", import.meta.url);
const file = new URL("host/verify/golden_hashes.ts", root);
const outfile = fileURLToPath(new URL("dist/golden.tmp.mjs", root));
await build({
  stdin: { contents: ["verify/golden", "verify/run_golden", "runtimes/v8"].map((name) => `export * from "./host/${name}.ts";`).join("\n"), resolveDir: fileURLToPath(root) },
  bundle: true, platform: "node", format: "esm", packages: "external", outfile,
});
const { JOBS, goldenSamples, runGolden, v8 } = await import(outfile);
rmSync(outfile);

const runtime = await v8.find();
const lines = [];
for (const job of JOBS) {
  const samples = await goldenSamples(job);
  const [scalar, simd] = await Promise.all(["scalar", "simd"].map((name) => runGolden(runtime, name, job, samples)));
  if (scalar.weightsHash !== simd.weightsHash) throw new Error(`the builds differ in the ${job.name} job: ${JSON.stringify({ scalar: scalar.weightsHashes, simd: simd.weightsHashes })}`);
  lines.push(`  ${job.name}: { ${Object.entries(scalar.weightsHashes).map(([name, hash]) => `${name}: "${hash}"`).join(", ")} },`);
}
const now = readFileSync(file, "utf8").replace(/\{\n[\s\S]*\n\};/, `{\n${lines.join("\n")}\n};`);
if (now === readFileSync(file, "utf8")) console.log("the golden hashes are as they were");
else if (process.argv.includes("--check")) {
  console.error(`the golden hashes have changed:\n${lines.join("\n")}`);
  process.exit(1);
} else {
  writeFileSync(file, now);
  console.log(`written to ${fileURLToPath(file)}:\n${lines.join("\n")}`);
}
