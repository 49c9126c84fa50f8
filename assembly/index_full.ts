/** The ABI of the full build: that of the core, and what only the full one knows. Re-exports only. */
export * from "./index";
export { push, push_block, samples_wanted, gap, alarm, alarm_threshold } from "./stream/exports";
