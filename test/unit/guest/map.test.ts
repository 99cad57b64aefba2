/** Whose frames are, from the guest's bytes alone: also in a copy of them. */
import { expect, it } from 'vitest';
import { Core } from '../../../src/core/index.ts';
import { GuestMapper, Process } from '../../../src/guest/index.ts';
import { USE_FILE, USE_KERNEL, USE_OWNER, USE_SYSTEM, USE_TABLES } from '../../../src/map/index.ts';
import { KERNEL, makeGuest } from '../../support/guest.ts';

it('a copy of the guest’s bytes has the same map as the guest', () => {
  const guest = makeGuest();
  const process = new Process(guest, { cpu: 0, kernelFrames: 50, mappedPages: 2000 });
  process.touch(0, 700, true);
  const mapper = new GuestMapper(guest);
  const map = mapper.map(guest.core);
  expect(mapper.map(Core.fromSnapshot(guest.core.snapshot()))).toEqual(map);
  expect(map.frames[USE_OWNER]).toBe(700);
  expect(mapper.about.owners).toEqual([`container ${process.number}`]);
});

it('system files, processes and page tables are told apart from other memory of the kernel', () => {
  const guest = makeGuest();
  const mapper = new GuestMapper(guest);
  const before = mapper.map(guest.core);
  expect(before.frames[USE_FILE]).toBe(KERNEL.pageCacheFrames);
  expect(before.frames[USE_SYSTEM]).toBe(KERNEL.agentFrames);
  expect(before.frames[USE_TABLES]).toBe(0);
  const process = new Process(guest, { cpu: 0, kernelFrames: 50, mappedPages: 2000 });
  const after = mapper.map(guest.core);
  expect(after.frames[USE_TABLES]).toBe(guest.memory.frames.pageTables);
  expect(process.number).toBeGreaterThan(0);
  expect(after.frames[USE_KERNEL]! - before.frames[USE_KERNEL]!).toBe(50);
});
