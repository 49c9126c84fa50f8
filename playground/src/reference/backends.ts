/** The backends a browser may have: WebGPU, else WebGL. */
import * as tfjs from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-webgl";
import type { Backend } from "../../../host/reference/backends/backend.js";
import { startBackend } from "../../../host/reference/backends/start.js";

interface Gpu {
  requestAdapter(): Promise<{ readonly info?: { readonly vendor: string; readonly architecture: string; readonly device: string; readonly description: string } } | null>;
}

/** Null where the browser has neither. `only` takes one of them alone. */
export async function startBrowserBackend(only?: "webgpu" | "webgl"): Promise<Backend | null> {
  return (only === "webgl" ? null : await webgpu()) ?? (only === "webgpu" ? null : await webgl());
}

async function webgpu(): Promise<Backend | null> {
  const gpu = (navigator as { gpu?: Gpu }).gpu;
  const adapter = await gpu?.requestAdapter().catch(() => null);
  if (!adapter) return null;
  // It registers itself where there is a GPU.
  await import("@tensorflow/tfjs-backend-webgpu");
  const { info } = adapter;
  const name = [info?.description || info?.device || info?.architecture, info?.vendor].filter(Boolean).join(", ") || "unnamed GPU";
  try {
    return await startBackend(tfjs, "webgpu", { version: tfjs.version_core, adapter: name, gpu: info?.architecture !== "swiftshader" });
  } catch {
    // An adapter that gives no device is as good as none.
    return null;
  }
}

async function webgl(): Promise<Backend | null> {
  const context = new OffscreenCanvas(1, 1).getContext("webgl2");
  if (!context) return null;
  const named = context.getExtension("WEBGL_debug_renderer_info");
  const adapter = String(context.getParameter(named ? named.UNMASKED_RENDERER_WEBGL : context.RENDERER));
  // Half floats hold no integers of this size.
  if (!tfjs.env().getBool("WEBGL_RENDER_FLOAT32_ENABLED")) return null;
  return startBackend(tfjs, "webgl", { version: tfjs.version_core, adapter, gpu: !/swiftshader|llvmpipe/i.test(adapter) });
}
