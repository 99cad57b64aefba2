// A command in a thread of its own: this one is free to hear signals, and ends the process with a word.

import { Worker } from 'node:worker_threads';
import { Interrupted, SIGNALS, type Signal } from './fault.ts';

/** Runs the program in a thread with this process's words and streams; its exit code. Throws Interrupted, and what it throws. */
export async function runApart(program: URL): Promise<number> {
  const worker = new Worker(program, { argv: process.argv.slice(2) });
  const handlers = new Map<Signal, () => void>();
  try {
    return await new Promise((resolve, reject) => {
      for (const name of SIGNALS) {
        const handler = (): void => reject(new Interrupted(name));
        handlers.set(name, handler);
        process.once(name, handler);
      }
      worker.once('error', reject);
      worker.once('exit', resolve);
    });
  } finally {
    for (const [name, handler] of handlers) process.off(name, handler);
    await worker.terminate();
  }
}
