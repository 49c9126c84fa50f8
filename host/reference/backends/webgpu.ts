import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { MayflyError } from "../../errors.js";
import { importCore, importOptional, PACKAGES, versionOf } from "./packages.js";
import type { Backend, BackendKind } from "./backend.js";
import { deviceLost, outOfMemory } from "./failures.js";
import { startBackend } from "./start.js";

/** Chromium's GPU emulated on the CPU, where Debian puts it: correct, and very slow. */
const SWIFTSHADER = "/usr/lib/chromium/vk_swiftshader_icd.json";
const DRIVERS = "VK_DRIVER_FILES";

const HOW_TO_GET = `npm install ${PACKAGES.core} ${PACKAGES.webgpu} ${PACKAGES.dawn}, and a GPU with a Vulkan, Metal or D3D12 driver (without one: apt-get install chromium libvulkan1, for the SwiftShader it brings)`;

/** The parts of a GPUDevice that are needed here; tfjs keeps it to itself. */
interface Device {
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
  addEventListener?(type: "uncapturederror", listener: (event: { readonly error: Error }) => void): void;
  destroy(): void;
}

interface Gpu {
  requestAdapter(): Promise<{ readonly info?: { readonly vendor: string; readonly architecture: string; readonly device: string; readonly description: string } } | null>;
}

let started: Promise<Backend> | null = null;
let device: Device | null = null;

/** WebGPU in Node through npm `webgpu` (Dawn). */
export const webgpu: BackendKind = {
  name: "webgpu",
  title: "WebGPU (Dawn)",
  howToGet: HOW_TO_GET,
  start: () => (started ??= start().catch((error: unknown) => {
    started = null;
    throw error;
  })),
};

/** For the tests of a lost device: as if the driver had crashed. */
export function destroyDevice(): void {
  device?.destroy();
}

async function start(): Promise<Backend> {
  const tf = await importCore();
  const adapter = await openGpu();
  if (!adapter) throw new MayflyError(`WebGPU finds no adapter: no GPU driver answers${existsSync(SWIFTSHADER) ? "" : ", and there is no SwiftShader"}. To get one: ${HOW_TO_GET}`, 1);
  // It registers itself on import, and only where it finds a GPU.
  await importOptional(PACKAGES.webgpu, () => import("@tensorflow/tfjs-backend-webgpu"));
  const { info } = adapter;
  const emulated = info?.architecture === "swiftshader" || /swiftshader/i.test(info?.device ?? "");
  const name = [info?.description || info?.device, info?.vendor].filter(Boolean).join(", ") || "unknown GPU";
  let gone: MayflyError | null = null;
  const backend = await startBackend(tf, "webgpu", { version: versionOf(PACKAGES.webgpu), adapter: emulated ? `${name} (emulated on the CPU)` : name, gpu: !emulated }, () => {
    if (gone) throw gone;
  });
  device = (tf.backend() as unknown as { device: Device }).device;
  void device.lost.then(({ reason, message }) => (gone ??= deviceLost("webgpu", message || reason)));
  device.addEventListener?.("uncapturederror", ({ error }) => {
    if (/memory/i.test(`${error.constructor.name} ${error.message}`)) gone ??= outOfMemory("webgpu", error.message);
  });
  return backend;
}

/** Puts `navigator.gpu` where tfjs looks for it, and asks for an adapter. A browser has both already. */
async function openGpu(): ReturnType<Gpu["requestAdapter"]> {
  const existing = (globalThis.navigator as { gpu?: Gpu } | undefined)?.gpu;
  if (existing) return existing.requestAdapter();
  // A graphics library under Vulkan complains on stderr without one.
  process.env["XDG_RUNTIME_DIR"] ??= tmpdir();
  const dawn = await importOptional(PACKAGES.dawn, () => import("webgpu"));
  Object.assign(globalThis, dawn.globals);
  const real = mayHaveGpu() ? await adapterOf(dawn) : null;
  if (real || process.env[DRIVERS] !== undefined || !existsSync(SWIFTSHADER)) return real ?? adapterOf(dawn);
  // The Vulkan loader reads it anew for each instance.
  process.env[DRIVERS] = SWIFTSHADER;
  return adapterOf(dawn);
}

/** On Linux a GPU is a device file; where there is none, asking would only make the drivers complain on stderr. */
function mayHaveGpu(): boolean {
  return process.platform !== "linux" || ["/dev/dri", "/dev/nvidiactl", "/dev/dxg", "/dev/kfd"].some((path) => existsSync(path));
}

async function adapterOf(dawn: { create(options: string[]): unknown }): ReturnType<Gpu["requestAdapter"]> {
  const gpu = dawn.create([]) as Gpu;
  Object.defineProperty(globalThis, "navigator", { value: { gpu, userAgent: "node" }, configurable: true, writable: true });
  return gpu.requestAdapter();
}
