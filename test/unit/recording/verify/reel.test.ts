/** The map over a recording's time: its ends are the states that were recorded. */
import { expect, it } from 'vitest';
import { freeFrames } from '../../../../src/core/index.ts';
import { USE_FREE, USE_PER_CPU } from '../../../../src/map/index.ts';
import { type AllocatorState, openCapture } from '../../../../src/recording/read/index.ts';
import { verifyReel } from '../../../../src/recording/verify/index.ts';
import { copyOf } from '../../../support/recorded.ts';

function freeIn({ zones }: AllocatorState): [number, number] {
  const free = zones.reduce((sum, zone) => sum + freeFrames(zone), 0);
  const parked = zones.flatMap(({ pcps }) => pcps.map(({ count }) => count));
  return [free, parked.reduce((sum, count) => sum + count, 0)];
}

it('begins and ends with as much free memory as the kernel had, and tells how far it is', async () => {
  const capture = await openCapture(copyOf());
  const told: number[][] = [];
  const onProgress = (...counts: number[]): void => void told.push(counts);
  const { instants } = verifyReel(capture, 'guided', 5, { onProgress });
  const [done = 0, total = 1] = told.at(-1) ?? [];
  expect(done).toBe(total);
  expect(told.every(([, all]) => all === total)).toBe(true);
  expect(instants.map(({ atMs }) => atMs)).toEqual(
    [0, 1, 2, 3, 4].map((quarter) => (instants[4]!.atMs * quarter) / 4),
  );
  const found = [instants[0]!, instants[4]!].map(({ map }) => [
    map.frames[USE_FREE],
    map.frames[USE_PER_CPU],
  ]);
  expect(found).toEqual([freeIn(capture.start), freeIn(capture.end)]);
});
