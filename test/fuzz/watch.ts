// Ends a process whose fuzzer hangs in a case, which the process itself cannot: a thread looks at the number of the case.

import { writeSync } from 'node:fs';
import { Worker, workerData } from 'node:worker_threads';
import type { FuzzWorld } from './run.ts';

/** No case takes a tenth of this, on a busy machine neither. */
const CASE_SECONDS = 60;
const STDERR = 2;

/** What is on its way: which fuzzer, the seed of its round, the number of the case, and how many cases there were. */
interface Watched {
  readonly names: readonly string[];
  readonly now: Int32Array;
  readonly seconds: number;
}

/** Begins the watch; gives what must hear of each case. `program` is the file that calls `watch` in the thread. */
export function watched(
  names: readonly string[],
  program: URL,
  seconds: number = CASE_SECONDS,
): NonNullable<FuzzWorld['began']> {
  const now = new Int32Array(new SharedArrayBuffer(4 * Int32Array.BYTES_PER_ELEMENT));
  new Worker(program, { workerData: { names, now, seconds } satisfies Watched }).unref();
  return (name, seed, number) => {
    now[0] = names.indexOf(name);
    now[1] = seed;
    now[2] = number;
    Atomics.add(now, 3, 1);
  };
}

/** The thread: a case that is still the same after its time ends the process, with the command to see it again. */
export function watch(): void {
  const { names, now, seconds } = workerData as Watched;
  let seen = 0;
  setInterval(() => {
    const count = Atomics.load(now, 3);
    if (count === 0 || count !== seen) {
      seen = count;
      return;
    }
    const [name, seed, number] = [names[now[0] as number], now[1], now[2]];
    writeSync(
      STDERR,
      `${name}: FAILED: case ${number} of seed ${seed} did not end in ${seconds} s\n` +
        `again: npm run fuzz -- ${name} --seed ${seed} --path ${number}\n`,
    );
    process.kill(process.pid, 'SIGKILL');
  }, seconds * 1000);
}
