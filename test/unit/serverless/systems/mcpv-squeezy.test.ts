/** Partitions of a VM: whole from start to end, dropped without a look, waited for while they are. */
import { describe, expect, it } from 'vitest';
import {
  CAUSE_ANONYMOUS,
  COUNT_CZONE_BLOCKS,
  COUNT_MIGRATED_PAGES,
  CZoneVirtio,
  GuestOutOfMemory,
} from '../../../../src/serverless/index.ts';
import { expectAccounted, PROFILE, systemWithClock } from '../../../support/serverless.ts';

const BLOCK_FRAMES = 32_768;

describe('mcpv-squeezy', () => {
  it('plugs a partition of whole 128 MiB blocks for a container, once and for all', () => {
    const { system } = systemWithClock('mcpv-squeezy', { build: 'verify' });
    const large = { ...PROFILE, limitFrames: BLOCK_FRAMES + 1 };
    const { container, operations, counts } = system.start(large);
    expect(operations['zone']).toMatchObject({ partitionPlugBlock: 2 });
    expect(counts[COUNT_CZONE_BLOCKS]).toBe(0);
    const zone = container.vm.guest.core.zone(container.czone as number);
    expect([zone.blocks, zone.limit]).toEqual([2, 2 * BLOCK_FRAMES]);
    expectAccounted(system);
  });

  it('holds a container to its partition', () => {
    const { system } = systemWithClock('mcpv-squeezy');
    const large = { ...PROFILE, anonymousFrames: BLOCK_FRAMES + 1, limitFrames: BLOCK_FRAMES };
    expect(() => system.start(large)).toThrow(GuestOutOfMemory);
  });

  it('drops it whole at the end, without migration, and the host has what was behind it', () => {
    const { system } = systemWithClock('mcpv-squeezy', { build: 'verify' });
    const [first, second] = [system.start(PROFILE), system.start(PROFILE)];
    const { vm } = first.container;
    const struct = vm.guest.czones?.memmapPages ?? 0;
    const stop = system.stop(second.container);
    expect(vm.guest.czones?.memmapPages).toBe(struct / 2);
    expect(stop.askedFrames).toBe(PROFILE.anonymousFrames);
    expect(stop.gotFrames).toBe(stop.askedFrames);
    expect(stop.counts[COUNT_MIGRATED_PAGES]).toBe(0);
    expect(stop.operations).toMatchObject({ partitionDropBlock: 1 });
    expect(vm.guest.core.czones.pluggedBlocks).toBe(1);
    const [device] = vm.counted;
    expect(device).toBeInstanceOf(CZoneVirtio);
    expect((device as CZoneVirtio).model.counters.unpluggedPages).toBe(stop.gotFrames);
    expect(system.host.account[CAUSE_ANONYMOUS]).toBe(PROFILE.anonymousFrames);
    expectAccounted(system);
  });

  it('keeps files out of partitions: the second container finds them', () => {
    const { system } = systemWithClock('mcpv-squeezy');
    const [first] = [system.start(PROFILE), system.start(PROFILE)];
    const { core, memory } = first.container.vm.guest;
    expect(memory.frames.file).toBe(PROFILE.fileFrames);
    const zones = [0, 1].map((at) => core.zone((first.container.czone as number) + at));
    for (const { managed, free } of zones) expect(managed - free).toBe(PROFILE.anonymousFrames);
  });

  it('with one partition serves one container at a time: a start waits until the one before is dropped', () => {
    const { system, clock } = systemWithClock('mcpv-squeezy', {
      containersPerVm: 2,
      workNs: ({ partitionDropBlock = 0 }) => partitionDropBlock * 1000,
    });
    const [, second] = [system.start(PROFILE), system.start(PROFILE)];
    system.stop(second.container);
    clock.advance(400);
    const third = system.start(PROFILE);
    expect([third.newVm, third.waitNs]).toEqual([false, 600]);
    expect(system.start(PROFILE).newVm).toBe(true);
    system.stop(third.container);
    clock.advance(1000);
    expect(system.start(PROFILE).waitNs).toBe(0);
  });
});
