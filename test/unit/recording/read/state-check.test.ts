// What numbers of a zone a kernel can have; that its recordings have no others is in pagestate.test.ts and capture.test.ts.

import { describe, expect, it } from 'vitest';
import { wrongPcp, wrongReserves, wrongZone } from '../../../../src/recording/read/state-check.ts';
import { emptyState } from '../../../support/recording.ts';

const [ZONE = undefined as never] = emptyState().zones;
const [PCP = undefined as never] = ZONE.pcps;

describe('a zone', () => {
  it('of a real size has nothing wrong', () => {
    expect(wrongZone(ZONE)).toBeUndefined();
    expect(wrongZone({ ...ZONE, managed: 100, boost: 512 })).toBeUndefined();
    expect(wrongPcp(PCP, ZONE)).toBeUndefined();
  });

  it.each([
    [{ present: 32_769 }, 'present up to 32768'],
    [{ managed: 32_769 }, 'managed up to 32768'],
    [{ min: 0xffff_0000, low: 0xffff_0008, high: 0xffff_0010 }, 'high up to 32768'],
    [{ boost: 32_769 }, 'boost up to 32768'],
    [{ highatomic: 32_769 }, 'highatomic up to 32768'],
    [{ flags: 8 }, 'flags up to 7'],
    [{ min: 41 }, 'marks min, low and high in equal steps'],
    [{ min: 31 }, 'marks min, low and high in equal steps'],
    [{ low: 32, high: 31 }, 'marks min, low and high in equal steps'],
    [{ reserve: [0, 1, 1, 1, 1] }, 'a reserve that grows behind zone 1'],
    [{ reserve: [0, 0, 2, 1, 1] }, 'a reserve that grows behind zone 1'],
  ])('of %j is wrong', (change, expected) => {
    expect(wrongZone({ ...ZONE, ...change })?.expected).toBe(expected);
  });

  it('keeps back no more than what the zones above it have', () => {
    const above = { ...ZONE, name: 'Normal', index: 2, present: 300 };
    const zones = (frames: number) => [{ ...ZONE, reserve: [0, 0, frames, frames] }, above];
    const wrongOf = (all: ReturnType<typeof zones>) => wrongReserves(all, all[0] as typeof ZONE);
    expect(wrongOf(zones(300))).toBeUndefined();
    expect(wrongOf(zones(301))).toEqual({ expected: 'reserve 2 up to 300', found: '301' });
  });
});

describe('lists of a CPU', () => {
  it('that was taken offline have no high, and a batch of 1', () => {
    expect(wrongPcp({ ...PCP, high: 0, highMin: 0, highMax: 0, batch: 1 }, ZONE)).toBeUndefined();
  });

  it.each([
    [{ batch: 0 }, 'a batch of 1, 3, 7, 15, 31 or 63'],
    [{ batch: 8 }, 'a batch of 1, 3, 7, 15, 31 or 63'],
    [{ batch: 127 }, 'a batch of 1, 3, 7, 15, 31 or 63'],
    [{ highMax: 32_769 }, 'high_max up to 32768'],
    [{ highMin: 501 }, 'high_min up to 500'],
    [{ high: 32_769 }, 'high up to 32768'],
    [{ flags: 4 }, 'flags up to 3'],
    [{ allocFactor: 6 }, 'alloc_factor up to 5'],
    [{ freeCount: 2_529 }, 'free_count up to 2528'],
  ])('of %j are wrong', (change, expected) => {
    expect(wrongPcp({ ...PCP, ...change }, ZONE)?.expected).toBe(expected);
  });
});
