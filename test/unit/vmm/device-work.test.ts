// What devices have done is handed on once.

import { expect, it } from 'vitest';
import { type Counts, newCounts } from '../../../src/guest/index.ts';
import type { CountedDevice } from '../../../src/vmm/counted.ts';
import { DeviceWork } from '../../../src/vmm/device-work.ts';

it('work of devices is handed on once, of those that came later too', () => {
  const first = { operations: { vmExit: 2 }, exits: 2 };
  const devices: CountedDevice[] = [];
  const work = new DeviceWork(devices);
  expect([work.isAny, work.take()]).toEqual([false, undefined]);
  devices.push(first);
  expect([work.isAny, work.take(), work.isAny]).toEqual([true, { vmExit: 2 }, false]);
  devices.push({ operations: { vmExit: 1, interrupt: 1 }, exits: 1 });
  first.operations = { vmExit: 5 };
  first.exits = 5;
  expect([work.take(), work.take()]).toEqual([{ vmExit: 4, interrupt: 1 }, undefined]);
});

const takeOut = (counts: Counts): void => void (counts[3] = 0);

it('what devices book themselves is taken out of the counts', () => {
  const work = new DeviceWork([
    { operations: {}, exits: 0 },
    { operations: {}, exits: 0, takeOut },
  ]);
  const counts = newCounts().fill(7);
  work.takeOut(counts);
  expect([counts[2], counts[3]]).toEqual([7, 0]);
});
