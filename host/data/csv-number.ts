const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** The value of a decimal number, NaN for any other text: "", "0x10", "nan" and "Infinity" are not numbers in a CSV file. */
export function parseDecimal(text: string): number {
  return DECIMAL.test(text) ? Number(text) : NaN;
}

/** Whether `value` fits u8: a whole number in 0..255. */
export function isByte(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 255;
}
