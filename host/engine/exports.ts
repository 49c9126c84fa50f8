/** The exports of the engine; see docs/abi.md. Everything is an i32. */
export interface EngineExports {
  /** A WebAssembly.Memory; said by its shape, for projects whose TypeScript knows Node but no browser lacks that name. */
  readonly memory: { readonly buffer: ArrayBuffer };
  abi(): number;
  spec_address(): number;
  status(): number;
  status_detail(): number;
  plan(): number;
  region_count(): number;
  region(index: number, field: number): number;
  init(): number;
  open(): number;
  seal(): number;
  begin_train(label: number): number;
  begin_goodness(): number;
  begin_readout(): number;
  step(maxWork: number): number;
  /** Not in packed modules: a device has nobody who watches. */
  completed?(): number;
  /** Full build, and not in packed modules: a training step in stages (assembly/abi/stage.ts). */
  begin_stage?(stage: number, layer: number): number;
  job_address?(): number;
  divide_units?(layer: number, from: number, to: number): number;
  cancel(): number;
  train(label: number): number;
  predict_goodness(): number;
  predict_readout(): number;
  samples(): number;
  checksum(address: number, bytes: number): number;
  peek8(address: number): number;
  poke8(address: number, value: number): number;
  peek32(address: number): number;
  poke32(address: number, value: number): number;
  // Of the full build, and of modules packed with a front end (docs/streams.md).
  push?(value: number): number;
  push_block?(count: number): number;
  samples_wanted?(): number;
  gap?(): number;
  alarm?(learn: number): number;
  alarm_threshold?(): number;
}
