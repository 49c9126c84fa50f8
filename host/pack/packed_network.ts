/** A network that runs in the packed module itself: what a device has, seen from here. */
import type { Box } from "../engine/box.js";
import { checked } from "../engine/instance.js";
import { Network } from "../engine/network.js";
import { planOn } from "../engine/plan.js";
import { sizeFor } from "../engine/size.js";
import { loadPacked, specWords } from "./packed_module.js";

/**
 * Starts a packed module and gives its network: trained where the state is inside, fresh otherwise. Training and predictions run the module's own code; a
 * checkpoint taken here opens in every engine. Pack leaves out what only watches a network, so `activities` is not to be had.
 *
 * ```ts
 * const { module } = await packNetwork(trained);
 * const device = openPacked(module);
 * device.train(frame, label);
 * const bytes = device.checkpoint();
 * ```
 */
export function openPacked(module: Uint8Array, name = "the packed module", options: { box?: Box } = {}): Network {
  const { engine, facts } = loadPacked(module, name);
  const words = specWords(engine);
  const plan = planOn({ start: () => engine }, words, name);
  checked(engine, facts.state ? engine.open() : engine.init(), facts.state ? `the state inside ${name}` : name);
  return Network.inside({ build: facts.build, size: sizeFor(words) }, engine, plan, options.box);
}
