// Ends a process whose fuzzer hangs in a case, which the process itself cannot: a thread looks at the number of the case.

import { writeSync } from 'node:fs';
import { Worker, workerData } from 'node:worker_threads';
import type { FuzzWorld } from './run.ts';

/** No case takes a tenth of this, on a busy machine neither. */
const CASE_SECONDS = 60;
const STDERR = 2;

/** What is said of a case without end, and of nothing else. */
export const HUNG = 'did not end in';

/** A longer path is cut. */
const PATH_BYTES = 4096;

/** What is on its way: which fuzzer, the seed of its round, the bytes of the case's path, and how many cases there were. */
interface Watched {
  readonly names: readonly string[];
  readonly now: Int32Array;
  readonly path: Uint8Array;
  readonly seconds: number;
}

/**
 * Begins the watch; gives what must hear of each case, and of the end: until then the process stays, also where a case waits for what
 * never comes. `program` is the file that calls `watch` in the thread.
 */
export function watched(
  names: readonly string[],
  program: URL,
  seconds: number = CASE_SECONDS,
): { readonly began: NonNullable<FuzzWorld['began']>; readonly end: () => Promise<unknown> } {
  const now = new Int32Array(new SharedArrayBuffer(4 * Int32Array.BYTES_PER_ELEMENT));
  const path = new Uint8Array(new SharedArrayBuffer(PATH_BYTES));
  const worker = new Worker(program, {
    workerData: { names, now, path, seconds } satisfies Watched,
  });
  return {
    began: (name, seed, text) => {
      now[0] = names.indexOf(name);
      now[1] = seed;
      const bytes = Buffer.from(text).subarray(0, PATH_BYTES);
      path.set(bytes);
      now[2] = bytes.length;
      Atomics.add(now, 3, 1);
    },
    end: () => worker.terminate(),
  };
}

/** The thread: a case that is still the same after its time ends the process, with the command to see it again. */
export function watch(): void {
  const { names, now, path, seconds } = workerData as Watched;
  let seen = 0;
  setInterval(() => {
    const count = Atomics.load(now, 3);
    if (count === 0 || count !== seen) {
      seen = count;
      return;
    }
    const [name, seed] = [names[now[0] as number], now[1]];
    const way = Buffer.from(path.slice(0, now[2])).toString();
    writeSync(
      STDERR,
      `${name}: FAILED: case ${way} of seed ${seed} ${HUNG} ${seconds} s\n` +
        `again: npm run fuzz -- ${name} --seed ${seed} --path ${way}\n`,
    );
    process.kill(process.pid, 'SIGKILL');
  }, seconds * 1000);
}
