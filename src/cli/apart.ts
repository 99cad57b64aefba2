// A command in a thread of its own: this one is free to hear signals, and ends the process with a word.

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Worker, parentPort } from 'node:worker_threads';
import { Interrupted, SIGNALS, type Signal } from './fault.ts';

/** In the thread: a folder is being written into; if the thread is ended, what it has there is cleared. */
export function writesInto(folder: string): void {
  parentPort?.postMessage(folder);
}

/** Clears what an ended thread has begun in folders. */
async function clear(folders: readonly string[]): Promise<void> {
  if (folders.length === 0) return;
  const { clearLeftovers } = await import('../report/node.ts');
  for (const folder of folders) if (existsSync(folder)) clearLeftovers(resolve(folder), []);
}

/** Runs the program in a thread with this process's words and streams; its exit code. Throws Interrupted, and what it throws. */
export async function runApart(program: URL): Promise<number> {
  const worker = new Worker(program, { argv: process.argv.slice(2) });
  const handlers = new Map<Signal, () => void>();
  const folders: string[] = [];
  let isInterrupted = false;
  worker.on('message', (folder: string) => void folders.push(folder));
  try {
    return await new Promise((done, reject) => {
      for (const name of SIGNALS) {
        const handler = (): void => {
          isInterrupted = true;
          reject(new Interrupted(name));
        };
        handlers.set(name, handler);
        process.once(name, handler);
      }
      worker.once('error', reject);
      worker.once('exit', done);
    });
  } finally {
    for (const [name, handler] of handlers) process.off(name, handler);
    await worker.terminate();
    if (isInterrupted) await clear(folders);
  }
}
