import { vi } from "vitest";
import { createProgram } from "../../host/cli/program.js";
import { MayflyError } from "../../host/errors.js";

/** Runs the command line in this process; the error, if any, is part of what comes back. */
export async function run(line: string): Promise<{ out: string; said: string[]; error: MayflyError | null }> {
  let out = "";
  let said = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => (out += String(text)) !== "");
  vi.spyOn(process.stderr, "write").mockImplementation((text) => (said += String(text)) !== "");
  const argv = ["node", "mayfly", ...line.split(" ")];
  vi.spyOn(process, "argv", "get").mockReturnValue(argv);
  let error: MayflyError | null = null;
  try {
    await createProgram().parseAsync(argv);
  } catch (thrown) {
    if (!(thrown instanceof MayflyError)) throw thrown;
    error = thrown;
  }
  vi.restoreAllMocks();
  return { out, said: said.split("\n"), error };
}
