// Signals that end a run: it stops between two slices of work, says so, and leaves what was there before.

import { ReplayInterrupted } from '../replay/index.ts';
import { SIGNALS, type Signal, WORK_DONE, handOver, hearLate } from './early.ts';
import { Interrupted } from './fault.ts';

/** Does work that a signal may tell to stop; a second signal ends the process at once. */
export async function untilSignal<Value>(
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const stop = new AbortController();
  const handlers = SIGNALS.map((name) => [name, () => stop.abort(name)] as const);
  for (const [name, handler] of handlers) process.once(name, handler);
  handOver();
  let isDone = false;
  try {
    const value = await work(stop.signal);
    isDone = true;
    return value;
  } finally {
    hearLate(isDone);
    for (const [name, handler] of handlers) process.off(name, handler);
  }
}

/** The same for work that ends by ReplayInterrupted, or was done by then. Throws Interrupted, which says what is kept. */
export async function interruptible<Value>(
  work: (signal: AbortSignal) => Promise<Value>,
  { kept }: { readonly kept?: () => string | undefined } = {},
): Promise<Value> {
  let stopped: AbortSignal | undefined;
  let value: Value;
  try {
    value = await untilSignal((signal) => work((stopped = signal)));
  } catch (error) {
    if (!(error instanceof ReplayInterrupted)) throw error;
    throw new Interrupted(stopped?.reason as Signal, kept?.());
  }
  if (stopped?.aborted === true) throw new Interrupted(stopped.reason as Signal, WORK_DONE);
  return value;
}
