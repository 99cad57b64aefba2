// What a signal comes to before a command hears of it itself: loading takes the first quarter of a second. Loaded with main.ts, so it
// loads nothing but what is Node's.

import { constants } from 'node:os';

/** Signals that end a run with a word. */
export const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
export type Signal = (typeof SIGNALS)[number];

/** What is said of a run that a signal ended. */
export function endedText(signal: Signal, kept: string): string {
  const what = signal === 'SIGINT' ? 'interrupted' : `ended by ${signal}`;
  return `${what}, ${kept}`;
}

/** 128 + the signal's number, as shells have it. */
export function endedCode(signal: Signal): number {
  return 128 + constants.signals[signal];
}

function end(signal: Signal): void {
  process.stderr.write(`guestmem: ${endedText(signal, 'nothing was written')}\n`);
  process.exit(endedCode(signal));
}

/** From now on a signal ends the process with a word: nothing has begun that had to be cleared. */
export function hearEarly(): void {
  for (const name of SIGNALS) process.on(name, end);
}

/** Somebody else hears from now on. */
export function handOver(): void {
  for (const name of SIGNALS) process.off(name, end);
}
