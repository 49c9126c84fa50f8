import { importCore, importOptional, PACKAGES, versionOf } from "./packages.js";
import type { BackendKind } from "./backend.js";
import { startBackend } from "./start.js";

/** Plain JavaScript: slow, and a referee that shares no compiled code with the others. */
export const cpu: BackendKind = {
  name: "cpu",
  title: "JavaScript",
  howToGet: `npm install ${PACKAGES.core} ${PACKAGES.cpu}`,
  async start() {
    const tf = await importCore();
    await importOptional(PACKAGES.cpu, () => import("@tensorflow/tfjs-backend-cpu"));
    return startBackend(tf, "cpu", { version: versionOf(PACKAGES.cpu), adapter: "one CPU thread", gpu: false });
  },
};
