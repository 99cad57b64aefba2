import { describe, expect, it } from 'vitest';

import { publishedMachine } from '../../../src/cost/index.ts';
import { guestConfig, loneVm, touchAndExit, vmmFootprint } from '../../../src/scenario/guest.ts';
import { Clock } from '../../../src/time/index.ts';
import { freeFrames, hotplugStart } from '../../../src/vmm/index.ts';

describe('a guest', () => {
  it('holds what the published one holds, with one CPU and 8 processes unless told', () => {
    const config = guestConfig({ memoryFrames: 65536 });
    expect(config.kernel).toEqual(publishedMachine().kernel);
    expect(config).toMatchObject({ memoryFrames: 65536, cpus: 1, processes: 8, build: 'release' });
    expect(config.hotplugEndFrame).toBeUndefined();
    expect(vmmFootprint()).toEqual(publishedMachine().vmm);
  });

  it('has room for memory that comes later, where such memory may lie', () => {
    const { hotplugEndFrame } = guestConfig({ memoryFrames: 65536, hotplugFrames: 32768 });
    expect(hotplugEndFrame).toBe(hotplugStart(65536) + 32768);
  });
});

describe('a lone VM', () => {
  it('lives by the clock of the scenario and has a host without an end', () => {
    const clock = new Clock();
    const vm = loneVm({ memoryFrames: 65536 }, clock);
    expect(freeFrames(vm.guest.core)).toBeGreaterThan(30_000);
    expect(clock.nowNs).toBe(0);
  });

  it('has host frames behind its free memory after a process came and went', () => {
    const vm = loneVm({ memoryFrames: 65536, build: 'verify' }, new Clock());
    const backed = vm.guest.core.backedFrames;
    touchAndExit(vm.guest, 10_000);
    expect(vm.guest.core.backedFrames - backed).toBeGreaterThanOrEqual(9000);
    expect(vm.guest.memory.frames.anonymous).toBe(0);
  });

  it('refuses a process that does not fit', () => {
    const vm = loneVm({ memoryFrames: 65536 }, new Clock());
    expect(() => touchAndExit(vm.guest, 65536)).toThrow('out of memory');
  });
});
