import { expect, it } from 'vitest';
import { Lasting } from '../../../src/vmm/lasting.ts';

it('adds up frames times time, from when the host is measured', () => {
  const timers = { nowNs: 10 };
  const lasting = new Lasting(timers, { measuredFromNs: 100 });
  lasting.set(3);
  timers.nowNs = 90;
  expect(lasting.frameNs).toBe(0);
  timers.nowNs = 120;
  expect(lasting.frameNs).toBe(3 * 20);
  lasting.set(5);
  timers.nowNs = 130;
  lasting.set(0);
  timers.nowNs = 1000;
  expect(lasting.frameNs).toBe(3 * 20 + 5 * 10);
});
