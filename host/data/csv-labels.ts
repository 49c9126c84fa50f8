/** The label column of a CSV file: whole numbers from 0, or names of classes. */
import { MayflyError } from "../errors.js";
import { parseDecimal } from "./csv-number.js";
import { MAX_CLASSES } from "./dataset.js";

export interface LabelOptions {
  /** Labels must be below it. Default: the number of names, or the highest label + 1. */
  classes?: number | undefined;
  /** Names of the classes by label, as found in the training file; other names are an error. */
  classNames?: readonly string[] | undefined;
}

export interface Labels {
  /** u8, one per sample. */
  labels: Uint8Array;
  classes: number;
  /** Sorted by UTF-16 code unit; only when the labels are names. */
  classNames?: readonly string[];
}

/** Collects label cells one by one; what they mean is decided at the end, when all are known. */
export class LabelColumn {
  readonly #path: string;
  /** 1-based, for errors. */
  readonly #column: number;
  /** Every different text, in order of first appearance, with the line where it appeared. */
  readonly #texts: { text: string; line: number }[] = [];
  readonly #ids = new Map<string, number>();
  readonly #samples: number[] = [];

  constructor(path: string, labelIndex: number) {
    this.#path = path;
    this.#column = labelIndex + 1;
  }

  add(text: string, line: number): void {
    let id = this.#ids.get(text);
    if (id === undefined) {
      id = this.#texts.length;
      if (id === MAX_CLASSES) throw this.#error(line, `more than ${MAX_CLASSES} different labels; is this the label column?`);
      this.#ids.set(text, id);
      this.#texts.push({ text, line });
    }
    this.#samples.push(id);
  }

  finish(options: LabelOptions): Labels {
    const byName = options.classNames !== undefined || this.#areNames();
    return byName ? this.#finishNames(options) : this.#finishNumbers(options.classes);
  }

  /** Labels are all names or all numbers; a mixture is more likely a mistyped number. */
  #areNames(): boolean {
    const isName = ({ text }: { text: string }): boolean => Number.isNaN(parseDecimal(text));
    const name = this.#texts.find(isName);
    const number = this.#texts.find((entry) => !isName(entry));
    if (name && number) {
      throw this.#error(name.line, `label "${name.text}" is not a number, but line ${number.line} has ${number.text}; use only numbers or only names`);
    }
    return name !== undefined;
  }

  #finishNumbers(classes: number | undefined): Labels {
    const limit = classes ?? MAX_CLASSES;
    const values = this.#texts.map(({ text, line }) => {
      const value = parseDecimal(text);
      if (Number.isInteger(value) && value >= 0 && value < limit) return value;
      throw this.#error(line, `label ${text}, expected a whole number in 0..${limit - 1}${classes === undefined ? "" : ` (${classes} classes)`}`);
    });
    return { labels: this.#toBytes(values), classes: classes ?? Math.max(...values) + 1 };
  }

  #finishNames(options: LabelOptions): Labels {
    const classNames = options.classNames ?? this.#texts.map(({ text }) => text).sort();
    const classes = options.classes ?? classNames.length;
    const extra = options.classNames ? undefined : this.#texts[classes];
    if (extra) throw this.#error(extra.line, `label "${extra.text}" is name ${classes + 1}, expected at most ${classes} classes`);
    const values = this.#texts.map(({ text, line }) => {
      const value = classNames.indexOf(text);
      if (value >= 0) return value;
      throw this.#error(line, `label "${text}" is not a class of the training file: ${classNames.join(", ")}`);
    });
    return { labels: this.#toBytes(values), classes, classNames };
  }

  #toBytes(values: number[]): Uint8Array {
    return Uint8Array.from(this.#samples, (id) => values[id]!);
  }

  #error(line: number, problem: string): MayflyError {
    return new MayflyError(`${this.#path}:${line}: column ${this.#column}: ${problem}`);
  }
}
