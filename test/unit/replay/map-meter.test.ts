/** Maps of a replay: what was there at each moment, and a run that is none the other for it. */
import { describe, expect, it } from 'vitest';
import { RefusedArgument } from '../../../src/check/index.ts';
import { USE_FREE, USE_NONE, USE_OWNER } from '../../../src/map/index.ts';
import { type MapsChoice, mapsOf } from '../../../src/replay/map-meter.ts';
import {
  SYSTEMS,
  type SystemRun,
  detailsOf,
  replay,
  replayPlan,
  resultsOf,
  systemOf,
} from '../../../src/replay/index.ts';
import { detailsJson, parseDetails } from '../../../src/report/details-file.ts';
import { handTrace, shortTrace, smallTrace } from '../../support/traces.ts';

const CALLS: readonly (readonly [number, number])[] = [
  [10_000, 5000],
  [11_000, 5000],
];
const TRACE = handTrace(CALLS, 60_000);

async function played(system: string, maps?: MapsChoice): Promise<SystemRun> {
  const { systems } = await replay(TRACE, { systems: [systemOf(system)], seed: 1, maps });
  return systems[0]!;
}

function owned({ maps }: SystemRun, at: number): number {
  const { frames } = maps!.instants[at]!.map;
  return frames.subarray(USE_OWNER).filter((here) => here > 0).length;
}

describe('maps of a replay', () => {
  it('show the VMs of a function as they were at each moment', async () => {
    const run = await played('scpv-template', { moments: [5000, 15_000, 60_000] });
    const { instants, guestFrames, subject } = run.maps!;
    expect(subject).toBe('hand');
    expect(instants.map(({ atMs, note }) => [atMs, note])).toEqual([
      [5000, '0 VMs'],
      [15_000, '2 VMs'],
      [60_000, '2 VMs'],
    ]);
    expect([0, 1, 2].map((at) => owned(run, at))).toEqual([0, 2, 2]);
    const [before, during] = instants.map(({ map }) => map);
    expect(before!.frames[USE_NONE]).toBe(before!.count);
    expect(during!.count).toBe(2 * guestFrames!);
    expect(during!.frames[USE_FREE]).toBeGreaterThan(0);
  });

  it('are read again as they were written, those of every system', async () => {
    const run = await replay(TRACE, { systems: SYSTEMS, seed: 1, maps: { moments: 2 } });
    const of = resultsOf(run);
    const details = detailsOf(run);
    expect(details.maps?.length).toBe(SYSTEMS.length);
    const read = parseDetails(JSON.parse(detailsJson(of, details)), of);
    expect(read.maps?.map(({ region }) => region)).toEqual(
      details.maps?.map(({ region }) => region),
    );
  });

  it('show one VM where one has all containers', async () => {
    const run = await played('mcpv-static', { moments: 4 });
    expect(run.maps!.instants.map(({ atMs }) => atMs)).toEqual([15_000, 30_000, 45_000, 60_000]);
    expect(run.maps!.instants.map(({ note }) => note)).toEqual(Array(4).fill('1 VM'));
    expect(owned(run, 0)).toBe(2);
  });

  it.each(['scpv-template', 'mcpv-czone', 'mcpv-balloon'])(
    'leave the run of %s as it is',
    async (system) => {
      const trace = smallTrace();
      const hashes = [undefined, { moments: 30 }].map(async (maps) => {
        const { systems } = await replay(trace, { systems: [systemOf(system)], seed: 1, maps });
        return systems[0]!.hash;
      });
      const [without, with_] = await Promise.all(hashes);
      expect(with_).toBe(without);
    },
  );

  it('are of the function with the most work, or of the one that is named', () => {
    const trace = shortTrace([
      [0, 0, 10],
      [0, 10, 10],
      [2, 20, 500],
    ]);
    expect(mapsOf({ moments: 1 }, trace, 0)?.functionName).toBe('hand2');
    expect(mapsOf({ moments: 1, function: 'hand1' }, trace, 0)?.functionId).toBe(1);
    expect(() => mapsOf({ moments: 1, function: 'nobody' }, trace, 0)).toThrow(RefusedArgument);
    expect(() => mapsOf({ moments: [70_000] }, trace, 0)).toThrow(RefusedArgument);
    expect(() => mapsOf({ moments: 0 }, trace, 0)).toThrow(RefusedArgument);
  });

  it('come from threads, and are refused before these start', async () => {
    const plan = { systems: ['scpv-template', 'mcpv-static'], seed: 1 };
    const wrong = { ...plan, maps: { moments: 1, function: 'nobody' } };
    await expect(replayPlan(TRACE, wrong)).rejects.toThrow(RefusedArgument);
  });
});
