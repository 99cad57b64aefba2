// A line on stderr for whoever waits for a command: how far it has come, how long it took and will take, and how fast it is.

import { startWall } from '../replay/index.ts';
import { paceText } from './progress.ts';
import { printable } from './terminal.ts';
import { shortTime } from './jobs-progress.ts';

/** How far a step of a command has come. A step ends where another thing is counted, or the same from the start. */
export interface Pace {
  readonly done: number;
  readonly total: number;
  /** What is counted. */
  readonly what: string;
}

/** A step of which nobody can say how far it is. */
export interface Unknown {
  /** What is done, or why it is not known. */
  readonly why: string;
}

export type Told = Pace | Unknown;

/** Nobody has to be told of what ends sooner. */
const PATIENCE_MS = 2000;
const EVERY_MS = 250;
const PERCENT = 100;
const CLEARED = '\r\u001b[2K';

/** What the line says; of a command that has told nothing yet, the time alone. `stepMs`: since its step began. */
export function busyText(
  told: Told | undefined,
  elapsedMs: number,
  stepMs: number = elapsedMs,
): string {
  if (told === undefined) return shortTime(elapsedMs);
  if ('why' in told) return `${shortTime(elapsedMs)}: ${told.why}`;
  const { done, total, what } = told;
  if (total <= 0) return shortTime(elapsedMs);
  const share = Math.min(1, done / total);
  const percent = Math.floor(PERCENT * share);
  // of a step that has just begun, nobody knows the speed
  if (stepMs < EVERY_MS) return `${percent} % ${shortTime(elapsedMs)}`;
  return `${percent} % ${paceText({ done, share, what }, elapsedMs, stepMs)}`;
}

/** Whether what is told is of another step than what was told before. */
function isOtherStep(before: Told | undefined, told: Told): boolean {
  if (before === undefined || 'why' in before || 'why' in told) return true;
  return before.what !== told.what || told.done < before.done;
}

export interface Busy {
  update(told: Told): void;
  /** Hears how far a step is with what has a total. */
  counting(what: string): (done: number, total: number) => void;
  /** Until the next time: something else is written. */
  hide(): void;
  stop(): void;
}

/** The line while something is waited for, where somebody watches. */
export async function whileBusy<Value>(
  stream: Pick<NodeJS.WriteStream, 'write' | 'isTTY'> | undefined,
  work: (busy?: Busy) => Promise<Value>,
): Promise<Value> {
  if (stream?.isTTY !== true) return work();
  const busy = startBusy(stream);
  try {
    return await work(busy);
  } finally {
    busy.stop();
  }
}

/** Writes the line now and then, from two seconds on: also amid work that leaves this thread no moment, as far as that tells something. */
export function startBusy(stream: Pick<NodeJS.WriteStream, 'write'>): Busy {
  const elapsedMs = startWall();
  let last: Told | undefined;
  let [stepAt, shownAt, isShown] = [0, 0, false];
  const hide = (): void => {
    if (isShown) stream.write(CLEARED);
    isShown = false;
  };
  const show = (): void => {
    const ms = elapsedMs();
    if (ms < PATIENCE_MS || ms - shownAt < EVERY_MS) return;
    stream.write(`${CLEARED}${printable(busyText(last, ms, ms - stepAt))}`);
    [shownAt, isShown] = [ms, true];
  };
  const timer = setInterval(show, EVERY_MS);
  const update = (told: Told): void => {
    if (isOtherStep(last, told)) stepAt = elapsedMs();
    last = told;
    show();
  };
  return {
    update,
    counting: (what) => (done, total) => update({ done, total, what }),
    hide,
    stop: () => {
      clearInterval(timer);
      hide();
    },
  };
}
