import type { Sensor, SensorReply } from "../../../firmware-sim/devices/sensor.js";
import { DatasetSensor } from "../../../firmware-sim/devices/sensor.js";
import { Random, STREAM_SENSOR } from "../../../firmware-sim/devices/random.js";
import type { Dataset } from "../../../host/data/dataset.js";
import type { Seen } from "../protocol.js";
import { CLEAN, through, type World } from "../world.js";

/** Frames kept for whoever wants to see what came last. */
const REMEMBERED = 12;

/** The digits, in the order of `mayfly train`, through a world that changes at certain samples: sample n is the same whenever it is asked for. */
export class WorldSensor implements Sensor {
  readonly seen: Seen[] = [];
  private readonly digits: DatasetSensor;
  /** By rising first sample. */
  private readonly worlds: { readonly from: number; readonly world: World }[] = [];

  constructor(private readonly data: Dataset, seed: number) {
    this.digits = new DatasetSensor(data, seed, new Random(seed, STREAM_SENSOR));
  }

  /** From this sample on. Later changes, if there were any, are forgotten. */
  change(from: number, world: World): void {
    while (this.worlds.length > 0 && this.worlds.at(-1)!.from >= from) this.worlds.pop();
    this.worlds.push({ from, world });
  }

  worldAt(number: number): World {
    return this.worlds.findLast(({ from }) => from <= number)?.world ?? CLEAN;
  }

  seek(number: number): void {
    this.digits.seek(number);
  }

  poll(): SensorReply {
    const reply = this.digits.poll();
    if (!("sample" in reply)) return reply;
    const { number, frame, label } = reply.sample;
    const { width, height } = this.data.shape;
    const sample = { number, label, frame: through(this.worldAt(number), frame, width, height, number) };
    this.seen.push(sample);
    if (this.seen.length > REMEMBERED) this.seen.shift();
    return { sample };
  }
}
