// Signals that end a run: it stops between two slices of work, says so, and leaves what was there before.

import { ReplayInterrupted } from '../replay/index.ts';
import { Interrupted, SIGNALS, type Signal } from './fault.ts';

/** Does work that stops at an abort; a second signal ends the process at once. `kept`: the file it can go on from. Throws Interrupted. */
export async function interruptible<Value>(
  work: (signal: AbortSignal) => Promise<Value>,
  kept?: string,
): Promise<Value> {
  const stop = new AbortController();
  const handlers = SIGNALS.map((name) => [name, () => stop.abort(name)] as const);
  for (const [name, handler] of handlers) process.once(name, handler);
  try {
    return await work(stop.signal);
  } catch (error) {
    if (error instanceof ReplayInterrupted) {
      throw new Interrupted(stop.signal.reason as Signal, kept);
    }
    throw error;
  } finally {
    for (const [name, handler] of handlers) process.off(name, handler);
  }
}
