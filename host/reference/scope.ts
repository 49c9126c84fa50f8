import type { Backend, Tensor, Tf } from "./backends/backend.js";
import { explainFailure } from "./backends/failures.js";

/**
 * Runs asynchronous work and frees every tensor made in it but those given to `keep`: what `tf.tidy` does for synchronous work.
 * Not re-entrant across concurrent tasks: tfjs has one stack of scopes.
 */
export async function scoped<T>(tf: Tf, work: () => Promise<T>): Promise<T> {
  tf.engine().startScope("mayfly");
  try {
    return await work();
  } finally {
    tf.engine().endScope();
  }
}

/** What a network does from outside: on its backend, in a scope of its own, and what goes wrong there in our words. */
export async function workOn<T>(backend: Backend, work: () => Promise<T>): Promise<T> {
  await backend.use();
  try {
    return await scoped(backend.tf, work);
  } catch (error) {
    throw explainFailure(error, backend.name);
  }
}

/** A tensor that outlives its scope and can be replaced; the old value is freed. */
export class Kept<T extends Tensor = Tensor> {
  #value: T;

  constructor(private readonly tf: Tf, value: T) {
    this.#value = tf.keep(value);
  }

  get value(): T {
    return this.#value;
  }

  set(value: T): void {
    this.tf.keep(value);
    this.#value.dispose();
    this.#value = value;
  }

  dispose(): void {
    this.#value.dispose();
  }
}
