import { describe, expect, it } from 'vitest';

import { GFP_KERNEL, NONE, OBJECT_KERNEL } from '../../../../src/core/index.ts';
import {
  type DimmSlot,
  Dimms,
  GuestOutOfMemory,
  freeFrames,
  hotplugStart,
} from '../../../../src/vmm/index.ts';
import { RefusedArgument, HandleEnded } from '../../../../src/check/index.ts';
import { MIB_FRAMES, expectSound, testVm } from '../../../support/vm.ts';

const START = hotplugStart(128 * MIB_FRAMES);
const BLOCK_FRAMES = 128 * MIB_FRAMES;

function plugged(dimms: Dimms, blocks: number): DimmSlot {
  const slot = dimms.plug(blocks);
  if (typeof slot === 'string') throw new Error(slot);
  return slot;
}

describe('Dimms', () => {
  it('brings memory in blocks of 128 MiB, less its memmap, and takes it away again', () => {
    const { vm } = testVm(128, 512);
    const dimms = new Dimms(vm, START, { policy: 'online_movable' });
    const free = freeFrames(vm.guest.core);
    const slot = plugged(dimms, 2);
    expect(slot).toEqual({ startFrame: START, frames: 65_536 });
    expect(freeFrames(vm.guest.core)).toBe(free + 65_536 - 1024);
    expectSound(vm);
    vm.guest.writeAndFree(200 * MIB_FRAMES);
    const gone = dimms.unplug(slot);
    expect(gone.isGone).toBe(true);
    expect(gone.triedBlocks).toBe(2);
    expect(gone.releasedFrames).toBeGreaterThan(100 * MIB_FRAMES);
    expect(dimms.slots).toEqual([]);
    expectSound(vm);
  });

  it('takes all of a DIMM or nothing, and names the page in the way', () => {
    const { vm } = testVm(128, 512);
    const dimms = new Dimms(vm, START, { policy: 'online_kernel' });
    const slot = plugged(dimms, 3);
    const page = vm.memory.alloc(4096, 4096) ?? 0;
    const free = freeFrames(vm.guest.core);
    const kept = dimms.unplug(slot);
    expect(kept.isGone).toBe(false);
    expect(kept.releasedFrames).toBe(0);
    expect(kept.obstacle).toEqual({ pfn: page / 4096, kind: 'kernel' });
    expect(dimms.slots).toEqual([slot]);
    expect(Math.abs(freeFrames(vm.guest.core) - free)).toBeLessThan(2048);
    expectSound(vm);
    vm.memory.free(page, 4096);
    expect(dimms.unplug(slot).isGone).toBe(true);
    expectSound(vm);
  });

  it('puts a DIMM where one was taken away, the lowest place with room', () => {
    const { vm } = testVm(128, 512);
    const dimms = new Dimms(vm, START, { policy: 'online_movable' });
    const slots = [plugged(dimms, 1), plugged(dimms, 1), plugged(dimms, 2)];
    expect(dimms.unplug(slots[0] as DimmSlot).isGone).toBe(true);
    expect(dimms.plug(2)).toBe('no-room');
    const { exits } = dimms;
    expect(plugged(dimms, 1).startFrame).toBe(START);
    expect(dimms.exits).toBe(exits + 1);
    expectSound(vm);
  });

  it('plugs nothing beyond the span of the guest', () => {
    const { vm } = testVm(128, 256);
    const dimms = new Dimms(vm, START, { policy: 'online_movable' });
    expect(dimms.plug(3)).toBe('no-room');
    expect(dimms.plug(2)).toEqual({ startFrame: START, frames: 2 * BLOCK_FRAMES });
    expect(dimms.plug(1)).toBe('no-room');
  });

  it('says that the guest has no memory for the memmap, and keeps no part of the DIMM', () => {
    const { vm } = testVm(64, 512);
    const hog = vm.guest.core.objects.create(OBJECT_KERNEL, NONE, GFP_KERNEL);
    const { memory } = vm.guest;
    expect(() => memory.touch(hog, 0, 64 * MIB_FRAMES, true, 0, 0)).toThrow(GuestOutOfMemory);
    const dimms = new Dimms(vm, hotplugStart(64 * MIB_FRAMES), { policy: 'online_movable' });
    expect(dimms.plug(4)).toBe('no-memory');
    expect(dimms.slots).toEqual([]);
    expectSound(vm);
  });

  it.each([-1, 0, 1.5, Number.NaN, Infinity, 2 ** 32 + 1])('refuses %d blocks', (blocks) => {
    const { vm } = testVm(128, 256);
    const dimms = new Dimms(vm, START, { policy: 'online_movable' });
    expect(() => dimms.plug(blocks)).toThrow(RefusedArgument);
    expect(dimms.slots).toEqual([]);
  });

  it('refuses a place inside the memory, one between blocks, and one that another device has', () => {
    const { vm } = testVm(128, 512);
    const options = { policy: 'online_movable' } as const;
    expect(() => new Dimms(vm, START + 1, options)).toThrow(/multiple of 32768/);
    expect(() => new Dimms(vm, 0, options).plug(1)).toThrow(/frames that nothing else has/);
    plugged(new Dimms(vm, START, options), 2);
    const other = new Dimms(vm, START + BLOCK_FRAMES, options);
    expect(() => other.plug(1)).toThrow(/frames that nothing else has/);
    expectSound(vm);
  });

  it('has ended with its VM, and a DIMM when it is unplugged', () => {
    const { vmm, vm } = testVm(128, 512);
    const dimms = new Dimms(vm, START, { policy: 'online_movable' });
    const slot = plugged(dimms, 1);
    expect(dimms.unplug(slot).isGone).toBe(true);
    expect(() => dimms.unplug(slot)).toThrow(HandleEnded);
    vmm.stop(vm);
    for (const use of [() => dimms.plug(1), () => dimms.ask(1), () => dimms.giveBack()]) {
      expect(use).toThrow(new HandleEnded('VM 0', 'stopped'));
    }
  });
});
