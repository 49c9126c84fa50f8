/** Pictures and histograms that a report holds, before any browser sees them. */
import { decode } from "fast-png";
import { describe, expect, test } from "vitest";
import * as kinds from "../../../assembly/abi/region.js";
import { Network } from "../../../host/engine/network.js";
import { activationMapImages } from "../../../host/report/activation_map_images.js";
import { receptiveFields } from "../../../host/report/fields.js";
import { goodnessHistograms } from "../../../host/report/goodness_histogram.js";
import { reportHtml } from "../../../host/report/html.js";
import { overlayImage, pngBytes, signedImage } from "../../../host/report/image.js";
import type { ReportImage } from "../../../host/report/report_data.js";
import { CLASSWISE, PAIR, stripes } from "../train/stripes.js";

const pixels = (image: ReportImage): { width: number; height: number; at(x: number, y: number): number[] } => {
  const { width, height, data } = decode(pngBytes(image));
  return { width, height, at: (x, y) => [...(data as Uint8Array).subarray((y * width + x) * 3, (y * width + x) * 3 + 3)] };
};

describe("a signed picture", () => {
  test("is orange above 0, violet below, near white at 0, in squares of the zoom", () => {
    const image = signedImage([4, -4, 0, 2], 2, 2, 3, "caption", "alt");
    expect(image).toMatchObject({ width: 6, height: 6, caption: "caption", alt: "alt" });
    const { width, height, at } = pixels(image);
    expect([width, height]).toEqual([6, 6]);
    for (const [x, y] of [[0, 0], [2, 2]] as const) expect(at(x, y)).toEqual([200, 90, 10]);
    expect(at(3, 0)).toEqual([70, 60, 160]);
    expect(at(0, 3)).toEqual([247, 247, 247]);
    // Half as much is half as strong.
    expect(at(5, 5)).toEqual([224, 169, 129]);
  });

  test("of zeros alone is near white, not NaN", () => {
    expect(pixels(signedImage([0, 0], 2, 1, 1, "", "")).at(1, 0)).toEqual([247, 247, 247]);
  });
});

test("over a frame, its bright places are dark and the map's colour shows through", () => {
  const { at } = pixels(overlayImage([0, 51, 0, 51], [1, 1, 0, 0], 4, 1, 1, "", ""));
  expect([at(0, 0), at(2, 0)]).toEqual([[200, 90, 10], [247, 247, 247]]);
  expect(at(1, 0)).toEqual([174, 78, 9]);
  expect(at(3, 0)).toEqual([215, 215, 215]);
});

describe("receptive fields", () => {
  test("of dense units are their weights over the frame, label rows left out", () => {
    const network = Network.create(PAIR);
    const region = network.region(kinds.REGION_WEIGHTS, 0);
    const weights = network.view(region);
    weights.fill(0);
    weights[(2 * 6 + 1) * region.stride + 3] = 500;
    const fields = receptiveFields(network);
    expect(fields).toHaveLength(24);
    expect(fields[3]!.alt).toBe("Weights of unit 4 of the first layer over its 6 by 5 inputs");
    const zoom = fields[3]!.width / 6;
    const { at } = pixels(fields[3]!);
    expect([at(zoom, 2 * zoom), at(zoom, 0)]).toEqual([[200, 90, 10], [247, 247, 247]]);
    expect(pixels(fields[4]!).at(zoom, 2 * zoom)).toEqual([247, 247, 247]);
  });

  test("of many units are spread over them; of convolutions they are the filters", () => {
    const wide = receptiveFields(Network.create({ ...PAIR, layers: [{ units: 320 }] }));
    expect(wide.map(({ caption }) => caption).slice(0, 3)).toEqual(["unit 1", "unit 11", "unit 21"]);
    expect(wide).toHaveLength(32);
    const filters = receptiveFields(Network.create({ ...PAIR, layers: [{ kind: "conv", channels: 5, field: 3 }] }));
    expect(filters.map(({ alt }) => alt)[4]).toBe("Weights of filter 5 of the first layer over its 3 by 3 inputs");
  });

  test("of colour frames, and of rows of features, there are none", () => {
    expect(receptiveFields(Network.create({ ...PAIR, input: { width: 6, height: 5, channels: 3 } }))).toEqual([]);
    expect(receptiveFields(Network.create({ ...PAIR, input: { width: 30, height: 1, channels: 1 } }))).toEqual([]);
  });
});

describe("goodness histograms", () => {
  const histogramsOf = (input: typeof PAIR): ReturnType<typeof goodnessHistograms> => {
    const network = Network.create(input);
    const data = stripes(200);
    for (let pass = 0; pass < 5; pass++) data.labels.forEach((label, sample) => network.train(data.frames.subarray(sample * 30, sample * 30 + 30), label));
    return goodnessHistograms(network, stripes(60, 500), 60);
  };
  const meanOf = (edges: readonly number[], shares: readonly number[]): number => edges.reduce((sum, edge, bin) => sum + edge * shares[bin]!, 0);

  test.each([["pair", PAIR, 2], ["class-wise", CLASSWISE, 1]] as const)("%s: shares of a whole, and a trained network's positives have more", (_, input, layers) => {
    const found = histogramsOf(input);
    expect(found.map(({ layer }) => layer)).toEqual(Array.from({ length: layers }, (_, layer) => layer + 1));
    for (const { edges, positive, negative } of found) {
      for (const shares of [positive, negative]) expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
      expect(meanOf(edges, positive)).toBeGreaterThan(meanOf(edges, negative));
    }
  });

  test("without labels there are none", () => {
    expect(goodnessHistograms(Network.create({ ...PAIR, negatives: "hybrid", loss: "threshold" }), stripes(4), 4)).toEqual([]);
  });
});

test("maps of a colour frame lie over the mean of its channels", () => {
  const network = Network.create({ ...PAIR, input: { width: 6, height: 5, channels: 3 }, objective: "classwise", layers: [{ kind: "conv", channels: 8, field: 3 }] });
  const frame = new Uint8Array(90);
  frame.set([255, 0, 0], 0);
  const images = activationMapImages(network, frame, 2, 2, "sample 7", "class 2");
  expect(images.map(({ map, image }) => [map.layer, image.caption, image.width, image.height])).toEqual([[1, "sample 7, layer 1", 12, 10], [null, "sample 7, all layers", 12, 10]]);
  expect(images[0]!.image.alt).toContain("layer 1 for sample 7 and class 2");
  // The readout starts at 0, so the map is 0: the frame's third of light alone.
  expect([pixels(images[0]!.image).at(0, 0), pixels(images[0]!.image).at(11, 9)]).toEqual([[193, 193, 193], [247, 247, 247]]);
});

test("names cannot end the page's elements", async () => {
  const html = await reportHtml({ made: "now", version: "0", runs: [{ title: "</title><script>alert(1)</script>", name: "</script><b>" } as never] });
  expect(html).toContain("<title>Mayfly: &#60;/title&#62;&#60;script&#62;alert(1)&#60;/script&#62;</title>");
  expect(html).not.toContain("</script><b>");
  // The two elements that the page itself has, and no more.
  expect(html.match(/<\/script/g)).toHaveLength(2);
});
