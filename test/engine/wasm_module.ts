/** What a built module is made of, read by binaryen. */
import binaryen from "binaryen";

export interface WasmExport {
  name: string;
  kind: "function" | "memory" | "other";
  /** Of a function, e.g. "i32 i32 -> i32". */
  type?: string;
}

export interface WasmModule {
  exports: WasmExport[];
  memory: { initial: number; max: number | undefined; shared: boolean; is64: boolean } | null;
  /** The text format, without data segments. */
  text: string;
}

const TYPE_NAMES = new Map<binaryen.Type, string>([
  [binaryen.i32, "i32"], [binaryen.i64, "i64"], [binaryen.f32, "f32"], [binaryen.f64, "f64"], [binaryen.v128, "v128"],
]);

export function readModule(wasm: Uint8Array): WasmModule {
  return withModule(wasm, (module) => ({
    exports: Array.from({ length: module.getNumExports() }, (_, index) => readExport(module, module.getExportByIndex(index))),
    memory: module.hasMemory() ? readMemory(module) : null,
    text: module.emitText().split("\n").filter((line) => !line.startsWith(" (data ")).join("\n"),
  }));
}

function readMemory(module: binaryen.Module): WasmModule["memory"] {
  const { initial, max, shared, is64 } = module.getMemoryInfo();
  return { initial, max, shared, is64 };
}

function readExport(module: binaryen.Module, ref: binaryen.ExportRef): WasmExport {
  const { name, kind, value } = binaryen.getExportInfo(ref);
  if (kind === binaryen.ExternalMemory) return { name, kind: "memory" };
  if (kind !== binaryen.ExternalFunction) return { name, kind: "other" };
  const { params, results } = binaryen.getFunctionInfo(module.getFunction(value));
  const names = (type: binaryen.Type): string => binaryen.expandType(type).map((part) => TYPE_NAMES.get(part) ?? "?").join(" ");
  return { name, kind: "function", type: `${names(params)} -> ${names(results)}`.trim() };
}

/** Whether a module is valid with no more than these features. binaryen says through console.error what is not. */
export function isValidWith(wasm: Uint8Array, features: binaryen.Features): boolean {
  return withModule(wasm, (module) => {
    module.setFeatures(features);
    return module.validate() === 1;
  });
}

/** The binary of a module in the text format. */
export function assemble(text: string): Uint8Array<ArrayBuffer> {
  const module = binaryen.parseText(text);
  try {
    return new Uint8Array(module.emitBinary());
  } finally {
    module.dispose();
  }
}

function withModule<T>(wasm: Uint8Array, read: (module: binaryen.Module) => T): T {
  const module = binaryen.readBinary(wasm);
  try {
    return read(module);
  } finally {
    module.dispose();
  }
}

/** What the engine may not contain (DESIGN: "The engine's contract"), by name, as it shows in the text format. */
const FORBIDDEN: Readonly<Record<string, RegExp>> = {
  "an import": /\(import /,
  "memory.size or memory.grow": /\bmemory\.(size|grow)\b/,
  // Not within a hexadecimal number.
  "a float": /(?<![0-9a-fx])f(32|64)/,
  "a mutable global": /\(global [^\n]*\(mut /,
  "relaxed SIMD": /relaxed/,
};

export function forbiddenIn({ text }: WasmModule): string[] {
  return Object.keys(FORBIDDEN).filter((name) => FORBIDDEN[name]!.test(text));
}
