/** Memory of cgroups: a fixed size in blocks of 4 MiB, of anonymous pages alone, back as a whole. */
import { describe, expect, it } from 'vitest';
import {
  ArgumentError,
  CAUSE_ANONYMOUS,
  COUNT_CZONE_BLOCKS,
  COUNT_HOST_FAULTS,
  COUNT_MIGRATED_PAGES,
  type ServerlessSystem,
  type Start,
  systemOf,
} from '../../../../src/serverless/index.ts';
import { Faascale } from '../../../../src/vmm/index.ts';
import { expectAccounted, PROFILE, systemWithClock } from '../../../support/serverless.ts';

const BLOCK_FRAMES = 1024;

function deviceOf({ container }: Pick<Start, 'container'>): Faascale {
  const [device] = container.vm.counted;
  expect(device).toBeInstanceOf(Faascale);
  return device as Faascale;
}

function faultsOf({ counts }: Start): number {
  return counts[COUNT_HOST_FAULTS] as number;
}

describe('mcpv-faascale', () => {
  it('gives a cgroup its limit in blocks of 4 MiB x 2^k, 64 MiB at least', () => {
    const { system } = systemWithClock('mcpv-faascale', { build: 'verify' });
    const sizes = [1, 16 * BLOCK_FRAMES, 16 * BLOCK_FRAMES + 1].map((limitFrames, id) => {
      const profile = { ...PROFILE, id, limitFrames, anonymousFrames: 1 };
      const { container, operations, counts } = system.start(profile);
      expect(counts[COUNT_CZONE_BLOCKS]).toBe(0);
      const { blocks } = container.vm.guest.core.zone(container.czone as number);
      expect(operations['zone']).toMatchObject({ buddyFree9: 2 * blocks });
      const held = deviceOf({ container }).blocksOf(container.czone as number);
      return held.map(({ count }) => count / BLOCK_FRAMES);
    });
    expect(sizes).toEqual([[16], [16], [16, 1]]);
    expectAccounted(system);
  });

  it('gives the blocks of a dead cgroup back without migration', () => {
    const { system } = systemWithClock('mcpv-faascale', { build: 'verify' });
    const [first, second] = [system.start(PROFILE), system.start(PROFILE)];
    const device = deviceOf(second);
    const zone = second.container.czone as number;
    const blocks = device.blocksOf(zone);
    const { messages } = device.model.counters;
    const stop = system.stop(second.container);
    expect([stop.askedFrames, stop.gotFrames]).toEqual([
      PROFILE.anonymousFrames,
      PROFILE.anonymousFrames,
    ]);
    expect(stop.counts[COUNT_MIGRATED_PAGES]).toBe(0);
    expect(device.model.counters.messages).toBe(messages + 1);
    expect(device.model.counters.depopulatedPages).toBe(PROFILE.limitFrames);
    expect(device.blocksOf(zone)).toEqual([]);
    expectAccounted(system);
    // they are the next one's
    expect(device.blocksOf(system.start(PROFILE).container.czone as number)).toEqual(blocks);
    expectAccounted(system);
    system.kill?.(first.container.vm);
    expect(system.host.heldFrames).toBeCloseTo(0, 6);
  });

  it('keeps files outside', () => {
    const { system } = systemWithClock('mcpv-faascale');
    const { container } = system.start(PROFILE);
    const { managed, free } = container.vm.guest.core.zone(container.czone as number);
    expect(managed - free).toBe(PROFILE.anonymousFrames);
    expect(container.vm.guest.memory.frames.file).toBe(PROFILE.fileFrames);
  });

  it('tells the host of blocks before and after; populated, all of them have memory before the container starts', () => {
    const [lazy, full] = ['mcpv-faascale', 'mcpv-faascale:populate'].map((name) => {
      const { system } = systemWithClock(name, { build: 'verify' });
      const start = system.start(PROFILE);
      expectAccounted(system);
      return { start, system };
    }) as [{ start: Start; system: ServerlessSystem }, { start: Start; system: ServerlessSystem }];
    for (const { start } of [lazy, full]) {
      expect(deviceOf(start).model.counters.populatedPages).toBe(PROFILE.limitFrames);
    }
    const rest = PROFILE.limitFrames - PROFILE.anonymousFrames;
    expect(faultsOf(full.start) - faultsOf(lazy.start)).toBe(rest);
    expect(full.system.host.heldFrames - lazy.system.host.heldFrames).toBeCloseTo(rest, -2);
    expect(full.system.host.account[CAUSE_ANONYMOUS]).toBe(PROFILE.anonymousFrames);
    const stop = full.system.start(PROFILE);
    expect(full.system.stop(stop.container).gotFrames).toBe(PROFILE.limitFrames);
    expect(() => systemOf('mcpv-faascale:eager')).toThrow(ArgumentError);
  });
});
