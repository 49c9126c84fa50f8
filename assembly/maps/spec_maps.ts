/** Validation of the words of a map layer: docs/maps.md, "Geometry". */
import { MAX_MAP, MAX_ROWS } from "../abi/limits";
import { KIND_LOCAL, LAYER_CHANNELS, LAYER_FIELD, LAYER_KIND, LAYER_PEER, LAYER_POOL, LAYER_UNITS, SPEC_CLASSES } from "../abi/spec";
import { recurrent } from "../ff/recurrent_spec";
import { isMap, layerSpec, padded, spec } from "../spec";
import { BELOW_CHANNELS, BELOW_HEIGHT, BELOW_WIDTH, HEIGHT, PLANNED, ROWS, UNITS, WIDTH, bandOf, describeMap, placesAlong, poolOf } from "./geometry";

/** The first word at fault of a map layer, whose layers below have passed; -1 for none. */
export function mapFault(layer: i32, classwise: bool): i32 {
  if (layer > 0 && !isMap(layer - 1)) return LAYER_KIND;
  if (recurrent() && layerSpec(layer, LAYER_KIND) != KIND_LOCAL) return LAYER_KIND;
  const field = layerSpec(layer, LAYER_FIELD);
  const side = field & 255;
  const step = (field >>> 16) & 255;
  const padding = field >>> 24;
  if (side < 1 || side > 63 || ((field >>> 8) & 255) != side || step < 1 || step > 63 || padding >= side) return LAYER_FIELD;
  const channels = layerSpec(layer, LAYER_CHANNELS);
  if (channels < 1 || channels > 4095 || (classwise && channels % spec(SPEC_CLASSES) != 0)) return LAYER_CHANNELS;
  const pool = poolOf(layer);
  if (pool > 8 || (pool > 1 && layerSpec(layer, LAYER_KIND) == KIND_LOCAL)) return LAYER_POOL;
  // A band keeps nothing of its places; recurrence keeps their states, peer normalisation their means.
  if (bandOf(layer) > 0 && (bandOf(layer) > MAX_MAP || recurrent() || layerSpec(layer, LAYER_PEER) != 0)) return LAYER_POOL;
  describeMap(layer, PLANNED);
  if (placesAlong(load<i32>(PLANNED, BELOW_WIDTH), field) < 1 || placesAlong(load<i32>(PLANNED, BELOW_HEIGHT), field) < 1) return LAYER_FIELD;
  // What is above a place must be around it.
  if (recurrent() && layer > 0 && (load<i32>(PLANNED, WIDTH) != load<i32>(PLANNED, BELOW_WIDTH) || load<i32>(PLANNED, HEIGHT) != load<i32>(PLANNED, BELOW_HEIGHT))) return LAYER_FIELD;
  if (load<i32>(PLANNED, WIDTH) < 1 || load<i32>(PLANNED, HEIGHT) < 1) return LAYER_POOL;
  // Places and channels are both below 2^16, so their product may only be taken in 64 bits.
  if (<i64>load<i32>(PLANNED, WIDTH) * load<i32>(PLANNED, HEIGHT) * channels > MAX_MAP) return LAYER_CHANNELS;
  if (<i64>(side * side) * load<i32>(PLANNED, BELOW_CHANNELS) > MAX_ROWS || load<i32>(PLANNED, ROWS) > MAX_ROWS) return LAYER_FIELD;
  return load<i32>(PLANNED, UNITS) == layerSpec(layer, LAYER_UNITS) ? -1 : LAYER_UNITS;
}
