/** The workers of a network: started with it, asked one thing at a time each, and given up together when one of them fails. */
import { platform } from "#platform";
import type { Network } from "../engine/network.js";
import { MayflyError } from "../errors.js";
import type { Thread } from "../platform/platform.js";
import { Doorbells } from "./doorbells.js";
import type { Reply, Task, TrainingMemory, WorkerStart } from "./protocol.js";

/** As many threads as anyone has cores for. */
export const MAX_THREADS = 256;

/** A thread of a crew has failed. The network is whole: as it was after the last block that all threads had done. */
export class ThreadError extends MayflyError {}

interface Member {
  readonly worker: Thread;
  answer: { resolve: (reply: Reply) => void; reject: (error: unknown) => void } | null;
}

export class Crew {
  /** The persistent bytes of the network, in memory that all threads see: what they give each other between tasks. */
  readonly image: Uint8Array;
  private readonly members: readonly Member[];
  private readonly bells: Doorbells;
  private failure: ThreadError | null = null;
  private isClosing = false;

  private constructor(private readonly network: Network, threads: number, training: TrainingMemory | null) {
    if (!(Number.isInteger(threads) && threads >= 1 && threads <= MAX_THREADS)) throw new MayflyError(`${threads} threads, expected 1 to ${MAX_THREADS}`, 2);
    const bells = Doorbells.allocate(threads);
    const image = new SharedArrayBuffer(network.plan.bytes.checkpoint);
    this.bells = new Doorbells(bells);
    this.image = new Uint8Array(image);
    this.image.set(network.checkpoint());
    this.members = Array.from({ length: threads }, (_, thread) => this.hire({ thread, build: network.build, image, bells, training }));
  }

  /** Starts `threads` workers. `training`: what those share that train; null for those that only predict. */
  static async start(network: Network, threads: number, training: TrainingMemory | null): Promise<Crew> {
    const crew = new Crew(network, threads, training);
    try {
      await Promise.all(crew.members.map((member) => crew.answerOf(member)));
    } catch (error) {
      await crew.close();
      throw error;
    }
    return crew;
  }

  get size(): number {
    return this.members.length;
  }

  private hire(start: WorkerStart): Member {
    const worker = platform.startThread(`mayfly ${start.thread + 1}`, start);
    const member: Member = { worker, answer: null };
    worker.on("message", (reply: Reply) => {
      const { answer } = member;
      member.answer = null;
      answer?.resolve(reply);
    });
    worker.on("error", (error: unknown) => this.fail(start.thread, error instanceof Error ? error.message : String(error), error));
    worker.on("exit", () => this.fail(start.thread, "it ended unexpectedly"));
    // A crew that nobody closes does not keep the process alive.
    worker.unref();
    return member;
  }

  private fail(thread: number, reason: string, cause?: unknown): void {
    if (this.isClosing || this.failure) return;
    this.failure = new ThreadError(`thread ${thread + 1} of ${this.size} failed (${reason.replace(/[.\s]+$/, "")}); the network stands as it was after ${this.network.samples.toLocaleString("en")} samples`, 1, cause);
    // Those that wait for it would wait for ever.
    this.bells.stop();
    for (const member of this.members) {
      member.answer?.reject(this.failure);
      member.answer = null;
    }
  }

  /** Gives a thread a task; one at a time. */
  ask<T extends Task>(thread: number, task: T): Promise<Extract<Reply, { of: T["type"] }>> {
    const member = this.members[thread]!;
    const answer = this.answerOf(member);
    member.worker.postMessage(task);
    return answer as Promise<Extract<Reply, { of: T["type"] }>>;
  }

  private async answerOf(member: Member): Promise<Reply> {
    if (this.failure) throw this.failure;
    member.worker.ref();
    try {
      return await new Promise<Reply>((resolve, reject) => (member.answer = { resolve, reject }));
    } finally {
      member.worker.unref();
    }
  }

  /** Ends the threads, whatever they do. */
  async close(): Promise<void> {
    this.isClosing = true;
    this.bells.stop();
    await Promise.all(this.members.map(({ worker }) => worker.terminate()));
  }
}
