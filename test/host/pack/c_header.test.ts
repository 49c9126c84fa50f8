import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Network } from "../../../host/engine/network.js";
import { cHeader, identifierOf } from "../../../host/pack/c_header.js";
import { packNetwork } from "../../../host/pack/pack.js";
import { NETWORKS } from "../engine/networks.js";

const network = Network.create(NETWORKS["pair, i16 and i8"]!);

test("identifiers come from file names, whatever they hold", () => {
  expect(["model", "My-Net.2", "784-128", "__x__", "–"].map(identifierOf)).toEqual(["model", "my_net_2", "net_784_128", "x", "net"]);
});

test("the header says where everything is", async () => {
  const { facts } = await packNetwork(network, { state: false });
  const header = cHeader("my_net", facts, network);
  const weights = network.regions.find((region) => region.name === "weights 2")!;
  for (const line of [
    `#define MY_NET_MEMORY_BYTES ${network.plan.bytes.total} `,
    `#define MY_NET_WEIGHTS_2_OFFSET ${weights.offset} `,
    `#define MY_NET_WEIGHTS_2_BYTES ${weights.bytes}`,
    `#define MY_NET_WEIGHTS_2_TYPE int8_t`,
    `#define MY_NET_BAD_SPEC (-3)`,
    `uint32_t w2c_my__net_train(struct w2c_my__net *, uint32_t);`,
  ]) expect(header).toContain(line);
  expect(cHeader("my_net", facts, network)).toBe(header);
});

test.skipIf(spawnSync("gcc", ["--version"]).status !== 0)("the header compiles as C99 and as C++ and its sizes agree", async () => {
  const { facts } = await packNetwork(network);
  const folder = mkdtempSync(join(tmpdir(), "mayfly-"));
  try {
    writeFileSync(join(folder, "net.h"), cHeader("net", facts, network));
    const sizes = network.regions.map(({ name }) => name.toUpperCase().replaceAll(" ", "_"))
      .map((name) => `typedef char fits_${name}[sizeof(NET_${name}_TYPE) * NET_${name}_ROWS * NET_${name}_STRIDE == NET_${name}_BYTES ? 1 : -1];`);
    writeFileSync(join(folder, "use.c"), `#define NET_WASM2C\n#include "net.h"\n#define NAME(name, parameters) #name,\nconst char *const names[] = { NET_EXPORTS(NAME) };\n${sizes.join("\n")}\n`);
    for (const language of [["-x", "c", "-std=c99"], ["-x", "c++", "-std=c++11"]]) {
      const run = spawnSync("gcc", [...language, "-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only", join(folder, "use.c")], { encoding: "utf8" });
      // gcc without its C++ half.
      if (/cc1plus/.test(run.stderr)) continue;
      expect(run.stderr).toBe("");
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
