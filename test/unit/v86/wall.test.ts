import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { NS_PER_S } from '../../../src/abi/unit.ts';
import { WallClock } from '../../../src/v86/wall.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('calls back when real time has come, unless it was taken back', () => {
  const clock = new WallClock();
  const heard: number[] = [];
  clock.after(NS_PER_S, () => heard.push(clock.nowNs));
  clock.after(2 * NS_PER_S, () => heard.push(0)).cancel();
  vi.advanceTimersByTime(999);
  expect(heard).toEqual([]);
  vi.advanceTimersByTime(5000);
  expect(heard).toEqual([NS_PER_S]);
});
