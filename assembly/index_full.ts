/** The ABI of the full build: all of the core's, and what only hosts of several instances call. Re-exports only. */
export * from "./index";
export { begin_stage, job_address } from "./stages";
