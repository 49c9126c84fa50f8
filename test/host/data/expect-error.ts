import { expect } from "vitest";
import { MayflyError, type ExitCode } from "../../../host/errors.js";

/** Expects a MayflyError of one line, exactly `message`, with this exit code. */
export async function expectMayflyError(run: () => unknown, message: string, exitCode: ExitCode = 1): Promise<void> {
  let caught: unknown;
  try {
    await run();
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(MayflyError);
  const { message: found, exitCode: code } = caught as MayflyError;
  expect(found).toBe(message);
  expect(found).not.toContain("\n");
  expect(code).toBe(exitCode);
}
