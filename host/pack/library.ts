/**
 * The engine as the compiler left it, before optimisation and with every name: WebAssembly text in which functions can be replaced
 * and loads from known addresses turned into constants.
 */
import { readFileSync } from "node:fs";
import { type Build, type Size, artefactName } from "../engine/artefacts.js";
import { builtFile } from "../built_file.js";
import { MayflyError } from "../errors.js";
import { type Binaryen, featuresOf } from "./binaryen.js";

export class Library {
  private constructor(readonly build: Build, private text: string, private readonly constants: ReadonlyMap<string, number>) {}

  static read(binaryen: typeof Binaryen, build: Build, size: Size): Library {
    const module = binaryen.readBinary(new Uint8Array(readFileSync(builtFile(`engine/${artefactName(build, size)}.lib.wasm`))));
    try {
      module.setFeatures(featuresOf(binaryen, build));
      const constants = new Map<string, number>();
      for (const [, name, value] of module.emitText().matchAll(/^ \(global \$(\S+) i32 \(i32\.const (-?\d+)\)\)$/gm)) constants.set(name ?? "", Number(value));
      // Addresses made of constants become constants, so that `withConstants` finds the loads from them.
      module.runPasses(["simplify-globals", "precompute-propagate"]);
      return new Library(build, module.emitText(), constants);
    } finally {
      module.dispose();
    }
  }

  /** A constant of the engine by its name in the sources, e.g. "assembly/memory/RUNTIME". */
  constant(name: string): number {
    const value = this.constants.get(name);
    if (value === undefined) throw this.missing(`constant ${name}`);
    return value;
  }

  /** Turns every load of an i32 from an address in `words` into what stands there. */
  withConstants(words: ReadonlyMap<number, number>): void {
    this.text = this.text.replace(/\(i32\.load(?: \$\S+)?(?: offset=(\d+))?(?: align=\d+)?\s+\(i32\.const (\d+)\)\s+\)/g, (load, offset: string | undefined, pointer: string) => {
      const value = words.get(Number(pointer) + Number(offset ?? 0));
      return value === undefined ? load : `(i32.const ${value})`;
    });
  }

  /** Gives a function, by its name in the sources, another body: WebAssembly text, its locals first. */
  replaceBody(name: string, body: string): void {
    // With neither parameters nor result, the line ends behind the name.
    const start = Math.max(this.text.indexOf(`\n (func $${name} `), this.text.indexOf(`\n (func $${name}\n`)) + 1;
    if (start === 0) throw this.missing(`function ${name}`);
    const signature = this.text.slice(start, this.text.indexOf("\n", start));
    const end = this.text.indexOf("\n )\n", start);
    this.text = `${this.text.slice(0, start)}${signature}\n${body}${this.text.slice(end)}`;
  }

  /** Leaves a function of i32 parameters and no result to the embedder: its callers call the import `module.name`. */
  importInstead(name: string, module: string, field: string): void {
    const start = this.text.indexOf(`\n (func $${name} `) + 1;
    if (start === 0) throw this.missing(`function ${name}`);
    const parameters = [...this.text.slice(start, this.text.indexOf("\n", start)).matchAll(/\(param (\$\S+) i32\)/g)].map(([, local]) => local ?? "");
    this.replaceBody(name, `  (call $${module}/${field} ${parameters.map((local) => `(local.get ${local})`).join(" ")})`);
    this.text = this.text.replace("(module\n", `(module\n (import "${module}" "${field}" (func $${module}/${field} (param${" i32".repeat(parameters.length)})))\n`);
  }

  /** Adds whole definitions. */
  append(definitions: string): void {
    this.text = `${this.text.slice(0, this.text.lastIndexOf("\n)"))}\n${definitions}\n)\n`;
  }

  toString(): string {
    return this.text;
  }

  private missing(what: string): MayflyError {
    return new MayflyError(`the ${this.build} library of the engine has no ${what}: it and the host are of different releases; run \`npm run build\``, 1);
  }
}
