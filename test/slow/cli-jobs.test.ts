/** Threads play what one thread plays. They need the built program: `npm test` builds it first. */
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import type * as library from '../../src/index.ts';
import { sized } from './size.ts';

const BUILT = pathToFileURL(join(resolve(import.meta.dirname, '../..'), 'dist/index.js')).href;
const { ReplayInterrupted, SYSTEMS, generateSynthetic, replayPlan } = (await import(
  BUILT
)) as typeof library;

const PLAN = { systems: SYSTEMS.map(({ name }) => name), seed: 1, keepAlive: '1m' };
/** More than systems too. */
const JOBS = sized([1, 16], [1, 2, 9, 16]);
const TRACE = generateSynthetic({ seed: 1, minutes: 1 });

/** Each thread holds a port of this one. */
function threads(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;
}

describe('a replay with jobs', () => {
  it('has the results of one without, whatever their number, and no thread is left', async () => {
    const before = threads();
    const seen = new Set<string>();
    const results = [];
    for (const jobs of JOBS) {
      const progress = (system: string): void => void seen.add(`${jobs} ${system}`);
      const { wall, ...rest } = await replayPlan(TRACE, PLAN, { jobs, progress });
      expect(wall.ms).toBeGreaterThan(0);
      results.push(rest);
    }
    for (const other of results.slice(1)) expect(other).toEqual(results[0]);
    expect(seen.size).toBe(JOBS.length * PLAN.systems.length);
    expect(threads()).toBe(before);
  });

  it('stops when it is told to, and no thread is left', async () => {
    const before = threads();
    const stop = new AbortController();
    let during = 0;
    const played = replayPlan(generateSynthetic({ seed: 1 }), PLAN, {
      jobs: 2,
      signal: stop.signal,
      progress: () => {
        during = threads();
        stop.abort();
      },
    });
    await expect(played).rejects.toThrow(ReplayInterrupted);
    expect(during).toBe(before + 2);
    expect(threads()).toBe(before);
  });
});
