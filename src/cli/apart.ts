// A command in a thread of its own: this one is free to hear signals, clears what the thread had begun, and ends with a word.

import { once } from 'node:events';
import { readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Worker, parentPort } from 'node:worker_threads';
import type { OutputOptions } from '../report/node.ts';
import { type Busy, type Told, startBusy } from './busy.ts';
import { SIGNALS, type Signal, handOver, hearLate } from './early.ts';
import { Interrupted } from './fault.ts';

/** What a thread has begun that stays when it is ended. */
type Begun =
  | { readonly kind: 'output'; readonly folder: string; readonly made: string | undefined }
  | { readonly kind: 'shown' }
  | { readonly kind: 'scratch'; readonly folder: string }
  | { readonly kind: 'worktree'; readonly folder: string; readonly checkout: string }
  | { readonly kind: 'process'; readonly pid: number };

/** What the thread says. `place`: its own, below /proc. */
type Said =
  | Begun
  | { readonly kind: 'pace'; readonly told: Told }
  | { readonly kind: 'thread'; readonly place: string };

function say(said: Said): void {
  parentPort?.postMessage(said);
}

/** In the thread: what is in the way of a folder that it writes into is cleared, if it is ended. */
export function writesInto(folder: string): Pick<OutputOptions, 'began' | 'shown'> {
  return {
    began: (made) => say({ kind: 'output', folder, made }),
    shown: () => say({ kind: 'shown' }),
  };
}

/** What goes with the thread: a folder, a worktree of git, a process or, below 0, all of a process group. */
export type Left =
  | { readonly scratch: string }
  | { readonly worktree: string; readonly checkout: string }
  | { readonly pid: number };

/** In the thread: what goes if it is ended. */
export function leaves(left: Left): void {
  if ('pid' in left) say({ kind: 'process', pid: left.pid });
  else if ('worktree' in left) {
    say({ kind: 'worktree', folder: left.worktree, checkout: left.checkout });
  } else say({ kind: 'scratch', folder: left.scratch });
}

/** In the thread: how far the command has come. */
export function tellPace(told: Told): void {
  say({ kind: 'pace', told });
}

/** In the thread: tells how far it is with what has a total. */
export function telling(what: string): (done: number, total: number) => void {
  return (done, total) => tellPace({ done, total, what });
}

/** In the thread, before its work: where the system lists the programs that it started. */
export function tellThread(): void {
  try {
    say({ kind: 'thread', place: readlinkSync('/proc/thread-self') });
  } catch {
    // of Linux alone
  }
}

/** A thread that waits for a program without a pause ends with that. */
function endAwaited(place: string | undefined): void {
  if (place === undefined) return;
  try {
    const pids = readFileSync(join('/proc', place, 'children'), 'utf8').match(/\d+/g);
    for (const pid of pids ?? []) endProcess(Number(pid));
  } catch {
    // the thread has ended
  }
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

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // has ended
  }
}

/** Clears what an ended thread had begun. Whether what it was to write is there. */
async function clear(all: readonly Begun[]): Promise<boolean> {
  let isWritten = false;
  // processes first: they write into scratch folders
  for (const begun of all) if (begun.kind === 'process') endProcess(begun.pid);
  for (const begun of all) {
    if (begun.kind === 'worktree') {
      const { removeWorktree } = await import('../microbench/node.ts');
      removeWorktree(begun.folder, begun.checkout);
    }
    if (begun.kind === 'shown') isWritten = true;
    if (begun.kind === 'scratch') rmSync(begun.folder, { recursive: true, force: true });
    if (begun.kind !== 'output') continue;
    const { endStage, removeMade } = await import('../report/node.ts');
    isWritten = endStage(begun.folder) || isWritten;
    if (begun.made !== undefined) removeMade(begun.folder, begun.made);
  }
  return isWritten;
}

/** From one look at what an ending thread waits for to the next. */
const EVERY_MS = 50;

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
  const begun: Begun[] = [];
  let signal: Signal | undefined;
  let place: string | undefined;
  worker.on('message', (one: Said) => {
    if (one.kind === 'pace') busy?.update(one.told);
    else if (one.kind === 'thread') place = one.place;
    else begun.push(one);
  });
  const ended = new Promise<number>((done, reject) => {
    for (const name of SIGNALS) {
      const handler = (): void => {
        signal = name;
        done(0);
      };
      handlers.set(name, handler);
      process.once(name, handler);
    }
    handOver();
    worker.once('error', reject);
    worker.once('exit', done);
  });
  let code: number | undefined;
  try {
    code = await ended;
  } finally {
    busy?.stop();
    if (signal === undefined) hearLate(code === 0);
    for (const [name, handler] of handlers) process.off(name, handler);
    // not before the thread is told to end: it would go on to complain of the program
    const gone = worker.terminate();
    const timer = signal && setInterval(() => endAwaited(place), EVERY_MS);
    await gone.finally(() => clearInterval(timer));
  }
  if (signal === undefined) {
    await written;
    return code;
  }
  throw new Interrupted(signal, (await clear(begun)) ? 'all was written' : undefined);
}
