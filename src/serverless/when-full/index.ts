// What may happen when a host is full. Adding a policy is adding its value and its line here.

import { ArgumentError } from '../argument.ts';
import { type WhenFull, expectFullHost } from './policy.ts';

export type { FullHost, WhenFull } from './policy.ts';

export const EVICT: WhenFull = {
  name: 'evict',
  sentence: 'The idle container that was used least recently ends, and its VM when it is empty.',
  relieve: (host) => expectFullHost(host).evictOldest(),
};

const ASK: WhenFull = {
  name: 'ask',
  sentence:
    'Devices take memory from the guests of the host, which have the most idle memory first.',
  relieve: (host, frames) => expectFullHost(host).askDevices(frames),
};

const KILL: WhenFull = {
  name: 'kill',
  sentence: 'The VM with the most memory ends with all of its containers, as by the OOM killer.',
  relieve: (host) => expectFullHost(host).killLargest(),
};

const QUEUE: WhenFull = {
  name: 'queue',
  sentence: 'The call waits, first come first served, until there is memory for its container.',
  waits: true,
};

const REFUSE: WhenFull = { name: 'refuse', sentence: 'The call is refused.' };

/** What may happen when a host is full, by name (`--when-full`). */
export const WHEN_FULL: readonly WhenFull[] = [EVICT, QUEUE, REFUSE, ASK, KILL];

/** What is done unless told otherwise. */
export const DEFAULT_WHEN_FULL: string = EVICT.name;

/** Policies by their names, commas between, in the order in which they are tried. Wrong text is an ArgumentError. */
export function whenFullOf(text: string): readonly WhenFull[] {
  const steps = text.split(',').map((name) => {
    const found = WHEN_FULL.find((one) => one.name === name);
    if (found !== undefined) return found;
    throw new ArgumentError(`policies of ${WHEN_FULL.map((one) => one.name).join(', ')}`, name);
  });
  if (new Set(steps).size < steps.length) throw new ArgumentError('each policy once', text);
  const last = steps.findIndex((step) => step.relieve === undefined);
  if (last < 0 || last === steps.length - 1) return steps;
  throw new ArgumentError('queue or refuse at the end', text);
}
