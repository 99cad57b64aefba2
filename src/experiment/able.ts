// Systems that cannot do what an experiment's policies want: where nobody has named systems, they are left out.

import { type LeftOut, optionsOf, unparkable } from '../replay/index.ts';

/** Those of the systems that cannot, and why. */
export function unableOf(systems: readonly string[], idle: string): LeftOut[] {
  const options = optionsOf({ systems, idle, seed: 0 });
  const policy = options.idle?.();
  if (policy === undefined) return [];
  return unparkable(options.systems, policy).map(({ system, reason }) => ({
    system,
    reason: `cannot be parked (idle: ${idle}): ${reason}`,
  }));
}

/** What is said of systems that are left out, in one line; nothing if none is. */
export function leftOutLine(idle: string, leftOut: readonly LeftOut[]): string | undefined {
  if (leftOut.length === 0) return undefined;
  const names = leftOut.map(({ system }) => system).join(', ');
  return `left out, as they cannot be parked (idle: ${idle}): ${names}`;
}
