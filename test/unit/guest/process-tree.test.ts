import { HandleEnded, RefusedArgument } from '../../../src/check/index.ts';
import { ZONE_REFS_OFFSET, ZONE_SHARED_OUT_OFFSET } from '../../../src/abi/layout.ts';
import { describe, expect, it } from 'vitest';
import {
  STAT_CZONE_COW_ACROSS,
  STAT_CZONE_DYING,
  STAT_CZONE_EXIT_WALKED,
  STAT_MIGRATED_PAGES,
} from '../../../src/core/index.ts';
import { type CZones, type GuestKernel, ProcessTree, verify } from '../../../src/guest/index.ts';
import { zoneField } from '../../support/core.ts';
import { CONFIG, CZONE_CONFIG, makeGuest } from '../../support/guest.ts';
import { rawOf } from '../../../src/core/raw.ts';

function scene(): { guest: GuestKernel; zones: CZones } {
  const guest = makeGuest(CZONE_CONFIG, false);
  return { guest, zones: guest.czones as CZones };
}

function container(guest: GuestKernel, zones: CZones): { tree: ProcessTree; zone: number } {
  const zone = zones.create(1, 8 * zones.region.blockFrames);
  return { tree: new ProcessTree(guest, 0, zone), zone };
}

function expectSound(guest: GuestKernel): void {
  expect(verify(guest.core)).toBeUndefined();
}

describe('ProcessTree', () => {
  it('counts the processes and threads of a zone', () => {
    const { guest, zones } = scene();
    const { tree, zone } = container(guest, zones);
    const first = tree.start();
    tree.thread(first);
    const child = tree.fork(first);
    expect(zoneField(guest.core, zone, ZONE_REFS_OFFSET)).toBe(3);
    tree.exit(child);
    expect(zoneField(guest.core, zone, ZONE_REFS_OFFSET)).toBe(2);
    expectSound(guest);
  });

  it('lets a child inherit the zone and write copies there', () => {
    const { guest, zones } = scene();
    const { tree, zone } = container(guest, zones);
    const first = tree.start();
    tree.touch(first, 0, 300, true);
    const child = tree.fork(first);
    expect(child.zone).toBe(zone);
    expect(tree.touch(child, 0, 40, true)).toBe(40);
    expect(zoneField(guest.core, zone, ZONE_SHARED_OUT_OFFSET)).toBe(0);
    expect(guest.core.stat(STAT_CZONE_COW_ACROSS)).toBe(0);
    expectSound(guest);
  });

  it('ends a tree whose processes share pages only among themselves without a look at pages', () => {
    const { guest, zones } = scene();
    const { tree } = container(guest, zones);
    const first = tree.start();
    tree.touch(first, 0, 900, true);
    const child = tree.fork(first);
    tree.touch(child, 100, 50, true);
    tree.thread(child);
    const before = guest.memory.frames.anonymous;
    expect(tree.kill()).toBe(2);
    expect(guest.core.stat(STAT_CZONE_EXIT_WALKED)).toBe(0);
    expect(guest.core.stat(STAT_MIGRATED_PAGES)).toBe(0);
    expect(guest.memory.frames.anonymous).toBe(before - 950);
    expect(tree.tasks).toEqual([]);
    expectSound(guest);
  });

  it('keeps the frames of a dead zone as long as a child in another zone maps them', () => {
    const { guest, zones } = scene();
    const parent = container(guest, zones);
    const first = parent.tree.start();
    parent.tree.touch(first, 0, 600, true);
    const other = zones.create(2, 8 * zones.region.blockFrames);
    const child = parent.tree.fork(first, other);
    expect(zoneField(guest.core, parent.zone, ZONE_SHARED_OUT_OFFSET)).toBe(600);
    parent.tree.touch(child, 0, 560, true);
    expect(guest.core.stat(STAT_CZONE_COW_ACROSS)).toBe(560);
    expect(zoneField(guest.core, parent.zone, ZONE_SHARED_OUT_OFFSET)).toBe(40);
    parent.tree.exit(first);
    expect(rawOf(guest.core).czoneExit(parent.zone, 0)).toBe(1);
    expect(guest.core.stat(STAT_CZONE_DYING)).toBe(1);
    expectSound(guest);
    expect(parent.tree.unmap(child, 560, 39)).toBe(39);
    expect(zones.blocksOf(parent.zone)).toHaveLength(1);
    expect(parent.tree.touch(child, 599, 1, true)).toBe(1);
    expect(zones.blocksOf(parent.zone)).toEqual([]);
    expectSound(guest);
  });

  it('shares an address space between threads until the last of them exits', () => {
    const { guest, zones } = scene();
    const { tree } = container(guest, zones);
    const first = tree.start();
    const thread = tree.thread(first);
    tree.touch(thread, 0, 10, true);
    expect(tree.touch(first, 0, 10, true)).toBe(0);
    const before = guest.memory.frames.anonymous;
    tree.exit(first);
    expect(guest.memory.frames.anonymous).toBe(before);
    tree.exit(thread);
    expect(guest.memory.frames.anonymous).toBe(before - 10);
    expectSound(guest);
  });

  it('gives exec an empty address space in the zone of the process', () => {
    const { guest, zones } = scene();
    const { tree, zone } = container(guest, zones);
    const first = tree.start();
    tree.touch(first, 0, 100, true);
    const child = tree.fork(first, 'kernel');
    expect(child.zone).toBeUndefined();
    tree.exec(child);
    expect(zoneField(guest.core, zone, ZONE_SHARED_OUT_OFFSET)).toBe(0);
    expect(tree.touch(child, 0, 5, true)).toBe(5);
    expect(() => tree.touch(first, 0, 100, true)).not.toThrow();
    expectSound(guest);
  });

  it('works without CZones too', () => {
    const { guest } = scene();
    const tree = new ProcessTree(guest, 0, undefined);
    const before = guest.memory.frames.anonymous;
    const first = tree.start();
    tree.touch(first, 0, 20, true);
    tree.fork(first);
    expect(tree.kill()).toBe(0);
    expect(guest.memory.frames.anonymous).toBe(before);
    expectSound(guest);
  });

  it('refuses processes of another container, and a fork from one of another guest', () => {
    const [guest, other] = [makeGuest(CONFIG, false), makeGuest(CONFIG, false)];
    const [tree, beside, elsewhere] = [guest, guest, other].map(
      (one) => new ProcessTree(one, 0, undefined),
    ) as [ProcessTree, ProcessTree, ProcessTree];
    const [near, far] = [beside.spawn(10), elsewhere.spawn(10)];
    beside.touch(near, 0, 5, true);
    for (const task of [near, far, { ...near }]) {
      expect(() => tree.touch(task, 0, 1, true)).toThrow(
        'task: expected a process of this container',
      );
      expect(() => tree.exit(task)).toThrow(RefusedArgument);
    }
    expect(() => tree.forkFrom(far, 10)).toThrow('task: expected a process of this guest');
    expect(tree.touch(tree.forkFrom(near, 10), 0, 5, false)).toBe(0);
  });

  it('refuses work of a process that has exited', () => {
    const { guest, zones } = scene();
    const { tree } = container(guest, zones);
    const first = tree.start();
    tree.exit(first);
    expect(() => tree.touch(first, 0, 1, true)).toThrow(
      new HandleEnded('process 0', 'it has exited'),
    );
  });
});
