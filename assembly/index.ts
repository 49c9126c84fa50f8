/** The ABI: everything a host may call. Re-exports only. Every export takes and returns i32. */
export {
  abi, spec_address, status, status_detail,
  plan, region_count, region,
  init, open, seal,
  begin_train, begin_goodness, begin_readout, step, completed, cancel,
  train, predict_goodness, predict_readout, samples,
  checksum, peek8, poke8, peek32, poke32,
} from "./engine";
