import { expect, it } from 'vitest';
import { EVENT_PREWARM, eventOf } from '../../../src/replay/event.ts';
import { Prewarmer } from '../../../src/replay/prewarmer.ts';
import { Clock } from '../../../src/time/index.ts';

it('has one plan a function: the last one, until it is due, or a call comes first', () => {
  const clock = new Clock();
  let keepMs = 7;
  const policy = {
    arrived: () => {},
    keepMs: () => 0,
    prewarm: (id: number) => (id === 0 ? { inMs: 5, keepMs } : undefined),
  };
  const prewarmer = new Prewarmer(2, policy, clock);
  clock.moveTo(10);
  prewarmer.ended(0);
  prewarmer.ended(1);
  clock.moveTo(11);
  keepMs = 8;
  prewarmer.ended(0);
  const due: [number, number, number | undefined][] = [];
  while (clock.next < Infinity) {
    expect(clock.step()).toBe(eventOf(EVENT_PREWARM, 0));
    due.push([clock.now, 0, prewarmer.take(0)]);
  }
  expect(due).toEqual([
    [15, 0, undefined],
    [16, 0, 8],
  ]);
  prewarmer.ended(0);
  prewarmer.arrived(0);
  clock.step();
  expect([clock.now, prewarmer.take(0)]).toEqual([21, undefined]);
});

it('wants nothing for a policy that never does', () => {
  const clock = new Clock();
  const prewarmer = new Prewarmer(1, { arrived: () => {}, keepMs: () => 0 }, clock);
  prewarmer.ended(0);
  expect(clock.next).toBe(Infinity);
});
