// What a signal comes to before a command hears of it itself, as loading takes the first quarter of a second, and after its work. Loaded
// with main.ts, so it loads nothing but what is Node's.

import { constants } from 'node:os';

/** Signals that end a run with a word. */
export const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
export type Signal = (typeof SIGNALS)[number];

/** What is kept of a run that a signal came too late for. */
export const WORK_DONE = 'its work was done';

/** What is said of a run that a signal ended. */
export function endedText(signal: Signal, kept: string): string {
  const what = signal === 'SIGINT' ? 'interrupted' : `ended by ${signal}`;
  return `${what}, ${kept}`;
}

/** 128 + the signal's number, as shells have it. */
export function endedCode(signal: Signal): number {
  return 128 + constants.signals[signal];
}

let known = '';

function end(signal: Signal): void {
  process.stderr.write(`guestmem: ${endedText(signal, known)}\n`);
  process.exit(endedCode(signal));
}

function hear(kept: string): void {
  handOver();
  known = kept;
  for (const name of SIGNALS) process.on(name, end);
}

/** From now on a signal ends the process with a word: nothing has begun that had to be cleared. */
export function hearEarly(): void {
  hear('nothing was written');
}

/** The same when a command hears no more: nothing is left that had to be cleared, the process is about to end. */
export function hearLate(isDone: boolean): void {
  hear(isDone ? WORK_DONE : 'its work had failed');
}

/** Somebody else hears from now on. */
export function handOver(): void {
  for (const name of SIGNALS) process.off(name, end);
}
