/** 1: data, a file or a run failed. 2: the user's call or spec is wrong. */
export type ExitCode = 1 | 2;

/**
 * An error meant for a person: what was wrong, where, and what to do, in one line.
 * The command line prints `message` without a stack and exits with `exitCode`; any other error is a bug in Mayfly.
 */
export class MayflyError extends Error {
  override readonly name = "MayflyError";
  readonly exitCode: ExitCode;

  /** Line breaks in `message` (from quoted user input) become spaces. `cause` keeps the error this one explains. */
  constructor(message: string, exitCode: ExitCode = 1, cause?: unknown) {
    super(message.replace(/\s*[\r\n]+\s*/g, " "), cause === undefined ? undefined : { cause });
    this.exitCode = exitCode;
  }
}
