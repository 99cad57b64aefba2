/** Partitions of a VM: whole from start to end, dropped without a look, waited for while they are. */
import { describe, expect, it } from 'vitest';
import {
  CAUSE_ANONYMOUS,
  COUNT_CZONE_BLOCKS,
  COUNT_MIGRATED_PAGES,
  CZoneVirtio,
  Container,
  GuestOutOfMemory,
  type Operations,
} from '../../../../src/serverless/index.ts';
import { defaultMachine } from '../../../../src/replay/index.ts';
import { Partitions, partitionsConfig } from '../../../../src/serverless/systems/mcpv-squeezy.ts';
import {
  expectAccounted,
  PROFILE,
  startedVm,
  systemWithClock,
} from '../../../support/serverless.ts';
import { expectSound } from '../../../support/vm.ts';

const BLOCK_FRAMES = 32_768;
/** A partition takes 1000 ns to be dropped. */
function dropNs({ partitionDropBlock = 0 }: Operations): number {
  return partitionDropBlock * 1000;
}

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
    const machine = { ...defaultMachine(), containersPerVm: 1, build: 'verify' } as const;
    const { vm, started, clock } = startedVm(machine, partitionsConfig(machine, PROFILE), dropNs);
    const partitions = new Partitions(started);
    const zones = [0, 1, 2].map((owner) => {
      const czone = partitions.placed(PROFILE, owner);
      expect(partitions.waitNs).toBe([0, 1000, 600][owner]);
      // there is no second
      expect(vm.guest.core.czones.pluggedBlocks).toBe(1);
      expect(vm.guest.czones?.grow(czone)).toBe(0);
      const container = new Container(vm, PROFILE, { cpu: 0, kernelFrames: 16, czone });
      clock.advance(partitions.waitNs);
      container.exit();
      partitions.left();
      expect(vm.guest.core.czones.pluggedBlocks).toBe(0);
      clock.advance(owner === 1 ? 400 : 0);
      return czone;
    });
    expect(new Set(zones).size).toBe(1);
    expectSound(vm);
  });

  it('starts a container where another is being dropped, after a wait, before it starts a further VM', () => {
    const { system, clock } = systemWithClock('mcpv-squeezy', {
      containersPerVm: 2,
      workNs: dropNs,
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
