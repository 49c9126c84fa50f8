/** The ABI of the full build: all of the core's, what only the full one knows, and what only hosts of several instances call. Re-exports only. */
export * from "./index";
export { begin_stage, divide_units, job_address } from "./stages";
export { push, push_block, samples_wanted, gap, alarm, alarm_threshold } from "./stream/exports";
