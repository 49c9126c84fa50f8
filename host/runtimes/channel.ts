import { functionNumber, type FunctionName, OP_CALL, OP_READ, OP_REPEAT, OP_WRITE, encodeCommand } from "./protocol.js";
import { RuntimeError, type RuntimeInstance } from "./runtime.js";

/** Carries command bytes to an engine. */
export interface Transport {
  send(command: Uint8Array): void;
  close(): Promise<void>;
}

/** What a transport reports. */
export interface TransportEvents {
  onReplies(bytes: Uint8Array): void;
  /** The engine is gone; no reply will come any more. */
  onFailure(what: string): void;
}

export interface ChannelOptions {
  readonly timeoutMs?: number | undefined;
  /** Replies are filled up to a multiple of so many bytes. */
  readonly replyUnit?: number;
}

const DEFAULT_TIMEOUT_MS = 120_000;

interface Pending {
  what: string;
  bytes: number;
  resolve(reply: Uint8Array): void;
  reject(error: Error): void;
}

/** An engine behind a command stream: turns calls into commands, and the stream of replies into answers. */
export class ChannelInstance implements RuntimeInstance {
  private readonly pending: Pending[] = [];
  private buffered: Uint8Array[] = [];
  private bufferedBytes = 0;
  private failure: RuntimeError | null = null;
  private readonly transport: Transport;
  private timer: NodeJS.Timeout | undefined;

  private readonly timeoutMs: number;
  private readonly replyUnit: number;

  constructor(private readonly runtime: string, options: ChannelOptions, connect: (events: TransportEvents) => Transport) {
    this.timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    this.replyUnit = options.replyUnit ?? 1;
    this.transport = connect({ onReplies: (bytes) => this.receive(bytes), onFailure: (what) => this.fail(what) });
  }

  call(name: FunctionName, a = 0, b = 0): Promise<number> {
    return this.askWord(name, encodeCommand(OP_CALL, functionNumber(name), a, b));
  }

  repeat(name: FunctionName, cycle: number, times: number): Promise<number> {
    return this.askWord(name, encodeCommand(OP_REPEAT, functionNumber(name), cycle, times));
  }

  read(address: number, bytes: number): Promise<Uint8Array> {
    return this.ask("a read of memory", bytes, encodeCommand(OP_READ, address, 0, bytes));
  }

  write(address: number, bytes: Uint8Array): void {
    if (!this.failure) this.transport.send(encodeCommand(OP_WRITE, address, 0, bytes.length, bytes));
  }

  async dispose(): Promise<void> {
    clearTimeout(this.timer);
    this.fail("the instance was disposed of");
    await this.transport.close();
  }

  private async askWord(what: string, command: Uint8Array): Promise<number> {
    const reply = await this.ask(what, 4, command);
    return new DataView(reply.buffer, reply.byteOffset).getInt32(0, true);
  }

  private ask(what: string, bytes: number, command: Uint8Array): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      if (this.failure) return reject(this.failure);
      this.pending.push({ what, bytes, resolve, reject });
      if (this.pending.length === 1) this.restartTimer();
      this.transport.send(command);
    });
  }

  private receive(bytes: Uint8Array): void {
    this.buffered.push(bytes);
    this.bufferedBytes += bytes.length;
    const before = this.pending.length;
    for (let next = this.pending[0]; next; next = this.pending[0]) {
      const filled = Math.ceil(next.bytes / this.replyUnit) * this.replyUnit;
      if (this.bufferedBytes < filled) break;
      this.pending.shift();
      next.resolve(this.take(filled).subarray(0, next.bytes));
    }
    if (this.pending.length < before) this.restartTimer();
  }

  private take(count: number): Uint8Array {
    const result = new Uint8Array(count);
    let filled = 0;
    while (filled < count) {
      const first = this.buffered[0]!;
      const part = first.subarray(0, count - filled);
      result.set(part, filled);
      filled += part.length;
      if (part.length === first.length) this.buffered.shift();
      else this.buffered[0] = first.subarray(part.length);
    }
    this.bufferedBytes -= count;
    return result;
  }

  private restartTimer(): void {
    clearTimeout(this.timer);
    if (this.pending.length === 0) return;
    this.timer = setTimeout(() => {
      this.fail(`no answer for ${this.timeoutMs / 1000} s`);
      void this.transport.close();
    }, this.timeoutMs);
  }

  /** Rejects what is under way and all that follows. The oldest request is the one that failed. */
  private fail(what: string): void {
    if (this.failure) return;
    clearTimeout(this.timer);
    const first = this.pending[0];
    this.failure = new RuntimeError(this.runtime, first ? `${what} (in ${first.what})` : what);
    for (const { reject } of this.pending.splice(0)) reject(this.failure);
  }
}
