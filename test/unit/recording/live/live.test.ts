// A live run: the guest is asked what the tasks asked, and nothing of what the kernel decided.

import { describe, expect, it, vi } from 'vitest';
import { LiveGuest } from '../../../../src/recording/live/guest.ts';
import { openCapture } from '../../../../src/recording/read/index.ts';
import { LIVE_MOMENTS, runLive } from '../../../../src/recording/live/live.ts';
import { copyOf } from '../../../support/recorded.ts';
import { ANON, KERNEL, READAHEAD, TraceScript } from '../../../support/recording.ts';

describe('a live run', () => {
  it('of a small recording ends where the kernel did, in every series', async () => {
    const { seconds, series, counts } = runLive(await openCapture(copyOf()), { build: 'verify' });
    expect(seconds).toHaveLength(LIVE_MOMENTS + 1);
    expect(series.map(({ name }) => name)).toEqual([
      'free DMA',
      'free DMA32',
      'free',
      'free 2 MiB blocks',
      'unusable index %',
      'page cache',
    ]);
    for (const { meanDifference, endDifference } of series) {
      expect(meanDifference).toBeLessThan(0.001);
      expect(endDifference).toBeLessThan(0.001);
    }
    expect(counts).toMatchObject({ requests: 2510, failed: 0, skippedFrees: 0 });
  });

  it('has as many moments as are asked for, from the first event to the last', () => {
    const script = new TraceScript().alloc(11, 5000, ANON).wait(98).alloc(11, 5001, KERNEL);
    const told: [number, number][] = [];
    const onProgress = (done: number, total: number): void => void told.push([done, total]);
    const { seconds } = runLive(script.finish(), { moments: 2, onProgress });
    expect(told).toEqual([
      [0, 2],
      [1, 2],
      [2, 2],
    ]);
    expect(seconds.map((second) => Math.round(second * 1e7))).toEqual([10010, 10505, 11000]);
  });

  it('lets the kernel work in the background when a task is silent for a tick, and at each tick, looked at or not', () => {
    const yields = vi.spyOn(LiveGuest.prototype, 'yield');
    const counted = (us: number, moments: number): number => {
      yields.mockClear();
      const script = new TraceScript().alloc(11, 5000, ANON).wait(us).alloc(11, 5001, ANON);
      runLive(script.finish(), { moments });
      return yields.mock.calls.length;
    };
    expect([1000, 5000, 9000].map((us) => counted(us, 1))).toEqual([1, 3, 4]);
    expect(counted(9000, 30)).toBe(4);
    yields.mockRestore();
  });

  it('does not follow where the kernel dropped a page, and has it when it is read again', () => {
    const script = new TraceScript().alloc(11, 5000, READAHEAD).free(12, 5000);
    const made = script.alloc(11, 5001, READAHEAD).finish();
    const tasks = made.trace.tasks.map((task) => {
      return task.pid === 12 ? { ...task, comm: 'kswapd0' } : task;
    });
    const { series, counts } = runLive(
      { ...made, trace: { ...made.trace, tasks } },
      { moments: 2 },
    );
    const find = (name: string): unknown[] => {
      const found = series.find((one) => one.name === name);
      return [found?.kernel, found?.live];
    };
    expect(find('page cache')).toEqual([
      [1, 0, 1],
      [1, 1, 1],
    ]);
    expect(find('refaults')).toEqual([
      [0, 0, 1],
      [0, 0, 0],
    ]);
    expect(counts).toMatchObject({ requests: 1, hits: 1 });
  });
});
