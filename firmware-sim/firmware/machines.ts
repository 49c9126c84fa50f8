import { allowances } from "../boards/allowances.js";

/** The machines of QEMU that firmware is built for. Addresses and sizes are those QEMU 7.2 gives them (hw/arm/*.c). */
export interface Machine {
  /** QEMU's name for it. */
  readonly name: string;
  readonly core: string;
  /** GCC's -mcpu. */
  readonly cpu: string;
  readonly flash: { readonly origin: number; readonly bytes: number };
  readonly ram: { readonly origin: number; readonly bytes: number };
  /** Of RAM, not for the network: the stack, and the application's variables. */
  readonly stackBytes: number;
  readonly systemBytes: number;
  /** Of the clock that SysTick counts. */
  readonly clockMHz: number;
  /** Memory that QEMU can keep in a file (`-machine memory-backend`): what the machine's flash is simulated in. */
  readonly fileMemory?: { readonly origin: number; readonly bytes: number };
}

const KIB = 1024;
const SHARES = { stackBytes: allowances.stackBytes.value, systemBytes: allowances.runtimeRamBytes.value };
/** 4 MiB of SSRAM for code and as much for data, all three boards. */
const MPS2 = { flash: { origin: 0, bytes: 4096 * KIB }, ram: { origin: 0x20000000, bytes: 4096 * KIB }, ...SHARES, clockMHz: 25 };
/** Their PSRAM. */
const PSRAM_BYTES = 16 * KIB * KIB;
const PSRAM = { origin: 0x21000000, bytes: PSRAM_BYTES };

export const MACHINES: readonly Machine[] = [
  { name: "mps2-an385", core: "Cortex-M3", cpu: "cortex-m3", ...MPS2, fileMemory: PSRAM },
  { name: "mps2-an386", core: "Cortex-M4", cpu: "cortex-m4", ...MPS2, fileMemory: PSRAM },
  { name: "mps2-an500", core: "Cortex-M7", cpu: "cortex-m7", ...MPS2, fileMemory: { origin: 0x60000000, bytes: PSRAM_BYTES } },
  { name: "mps3-an547", core: "Cortex-M55", cpu: "cortex-m55", flash: { origin: 0, bytes: 512 * KIB }, ram: { origin: 0x20000000, bytes: 512 * KIB }, ...SHARES, clockMHz: 32 },
  { name: "microbit", core: "Cortex-M0", cpu: "cortex-m0", flash: { origin: 0, bytes: 256 * KIB }, ram: { origin: 0x20000000, bytes: 16 * KIB }, ...SHARES, clockMHz: 16 },
  { name: "stm32vldiscovery", core: "Cortex-M3", cpu: "cortex-m3", flash: { origin: 0x08000000, bytes: 128 * KIB }, ram: { origin: 0x20000000, bytes: 8 * KIB }, ...SHARES, clockMHz: 24 },
];

/** The most a network may have: as in `mayfly plan --board`, where a board is of the same RAM, and what `--memory-limit` takes. */
export function networkBytes(machine: Machine): number {
  return machine.ram.bytes - machine.stackBytes - machine.systemBytes;
}
