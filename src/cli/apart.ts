// A command in a thread of its own: this one is free to hear signals, and ends the process with a word.

import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Worker, parentPort } from 'node:worker_threads';
import { type Busy, type Pace, startBusy } from './busy.ts';
import { Interrupted, SIGNALS, type Signal } from './fault.ts';

/** In the thread: a folder is being written into; if the thread is ended, what it has there is cleared. */
export function writesInto(folder: string): void {
  parentPort?.postMessage(folder);
}

/** In the thread: how far the command has come. */
export function tellPace(pace: Pace): void {
  parentPort?.postMessage(pace);
}

/** What the thread writes goes on as it comes, over the line that says how far it is. */
function forward(worker: Worker, busy: Busy): Promise<unknown> {
  const streams = [
    [worker.stdout, process.stdout],
    [worker.stderr, process.stderr],
  ] as const;
  const ends = streams.map(([from, to]) => {
    from.on('data', (bytes: Uint8Array) => {
      busy.hide();
      to.write(bytes);
    });
    return once(from, 'end');
  });
  return Promise.all(ends);
}

/** Clears what an ended thread has begun in folders. */
async function clear(folders: readonly string[]): Promise<void> {
  if (folders.length === 0) return;
  const { clearLeftovers } = await import('../report/node.ts');
  for (const folder of folders) if (existsSync(folder)) clearLeftovers(resolve(folder), []);
}

/** Runs the program in a thread with this process's words and streams; its exit code. Throws Interrupted, and what it throws. */
export async function runApart(program: URL): Promise<number> {
  const isWatched = process.stderr.isTTY === true;
  const worker = new Worker(program, {
    argv: process.argv.slice(2),
    stdout: isWatched,
    stderr: isWatched,
  });
  const busy = isWatched ? startBusy(process.stderr) : undefined;
  const written = busy && forward(worker, busy);
  const handlers = new Map<Signal, () => void>();
  const folders: string[] = [];
  let isInterrupted = false;
  worker.on('message', (said: string | Pace) => {
    if (typeof said === 'string') folders.push(said);
    else busy?.update(said);
  });
  try {
    const code = await new Promise<number>((done, reject) => {
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
    await written;
    return code;
  } finally {
    busy?.stop();
    for (const [name, handler] of handlers) process.off(name, handler);
    await worker.terminate();
    if (isInterrupted) await clear(folders);
  }
}
