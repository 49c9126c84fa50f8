/** Weights hash at the end of each golden job, by job and network. Made by `node scripts/golden.mjs`; test/host/runtimes/golden.test.ts holds the oracle against it. */
export const GOLDEN_HASHES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  full: { i16: "2a9cf8305dcc43c5", i8: "777af26123d8d462" },
  short: { i16: "29f06d07af28af05", i8: "316f29afe3634c99" },
};
