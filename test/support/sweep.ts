// Small sweeps for the tests of that room: a minute of four functions.

import { type Sweep, sweepOf } from '../../src/sweep/cells.ts';
import { readSweepFile } from '../../src/sweep/file.ts';

/** Short enough to be played in a test, by two systems. */
export const TINY: string = `
experiment:
  trace:
    synthetic:
      functionCount: 4
      minutes: 1
      popular: { perMinute: 30, averageMs: 500, memoryMib: 128 }
  systems: [scpv-template, mcpv-czone]
`;

export const GRID: string = `${TINY}
grid:
  policies.keepAlive: [5s, 10m]
seeds: [1, 2]
`;

type At = (name: string, content: string) => string;

export async function sweepIn(at: At, text: string = GRID): Promise<Sweep> {
  const file = at('sweep.yaml', text);
  return sweepOf(readSweepFile(file), file);
}
