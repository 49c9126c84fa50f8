import { type ClassActivationMap, classActivationMaps, spread } from "../analysis/class_activation_map.js";
import type { Network } from "../engine/network.js";
import { overlayImage } from "./image.js";
import type { ReportImage } from "./report_data.js";

export interface MapImage {
  readonly map: ClassActivationMap;
  readonly image: ReportImage;
}

/**
 * Class activation maps of a frame for a class as pictures, over the frame in grey: one a layer, then all together. `sample` is what captions call the
 * frame, `className` the class; each value of the frame is a square of `zoom` pixels.
 */
export function activationMapImages(network: Network, frame: Uint8Array, label: number, zoom: number, sample: string, className: string): MapImage[] {
  const { width, height, channels } = network.spec.input;
  const grey = Uint8Array.from({ length: width * height }, (_, place) => {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += frame[place * channels + channel] ?? 0;
    return Math.round(sum / channels);
  });
  return classActivationMaps(network, frame, label).map((map) => {
    const what = map.layer === null ? "all layers" : `layer ${map.layer}`;
    const alt = `Class activation map of ${what} for ${sample} and ${className}: orange places speak for the class, violet ones against it`;
    return { map, image: overlayImage(grey, spread(map, width, height), width, height, zoom, `${sample}, ${what}`, alt) };
  });
}
