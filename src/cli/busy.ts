// A line on stderr for whoever waits for a command: how far it has come, how long it took and will take, and how fast it is.

import { startWall } from '../replay/index.ts';
import { paceText } from './progress.ts';
import { printable } from './terminal.ts';
import { shortTime } from './jobs-progress.ts';

/** How far a command has come. */
export interface Pace {
  readonly done: number;
  readonly total: number;
  /** What is counted. */
  readonly what: string;
}

/** Nobody has to be told of what ends sooner. */
const PATIENCE_MS = 2000;
const EVERY_MS = 250;
const PERCENT = 100;
const CLEARED = '\r\u001b[2K';

/** What the line says; of a command that has told nothing yet, the time alone. */
export function busyText(pace: Pace | undefined, elapsedMs: number): string {
  if (pace === undefined || pace.total <= 0) return shortTime(elapsedMs);
  const share = Math.min(1, pace.done / pace.total);
  const percent = Math.floor(PERCENT * share);
  return `${percent} % ${paceText(pace.done, share, elapsedMs, pace.what)}`;
}

export interface Busy {
  update(pace: Pace): void;
  /** Until the next time: something else is written. */
  hide(): void;
  stop(): void;
}

/** The line while something is waited for, where somebody watches: work that leaves this thread free, or not for long. */
export async function whileBusy<Value>(
  stream: Pick<NodeJS.WriteStream, 'write' | 'isTTY'>,
  work: (busy?: Busy) => Promise<Value>,
): Promise<Value> {
  if (!stream.isTTY) return work();
  const busy = startBusy(stream);
  try {
    return await work(busy);
  } finally {
    busy.stop();
  }
}

/** Writes the line now and then, from two seconds on. */
export function startBusy(stream: Pick<NodeJS.WriteStream, 'write'>): Busy {
  const elapsedMs = startWall();
  let pace: Pace | undefined;
  let isShown = false;
  const hide = (): void => {
    if (isShown) stream.write(CLEARED);
    isShown = false;
  };
  const timer = setInterval(() => {
    if (elapsedMs() < PATIENCE_MS) return;
    stream.write(`${CLEARED}${printable(busyText(pace, elapsedMs()))}`);
    isShown = true;
  }, EVERY_MS);
  return {
    update: (told) => {
      pace = told;
    },
    hide,
    stop: () => {
      clearInterval(timer);
      hide();
    },
  };
}
