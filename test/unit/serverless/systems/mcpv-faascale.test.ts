/** Memory of cgroups: a fixed size in blocks of 4 MiB, of anonymous pages alone, back as a whole. */
import { describe, expect, it } from 'vitest';
import { COUNT_CZONE_BLOCKS, COUNT_MIGRATED_PAGES } from '../../../../src/serverless/index.ts';
import { expectAccounted, PROFILE, systemWithClock } from '../../../support/serverless.ts';

const BLOCK_FRAMES = 1024;

describe('mcpv-faascale', () => {
  it('gives a cgroup its limit in blocks of 4 MiB, 64 MiB at least', () => {
    const { system } = systemWithClock('mcpv-faascale', { build: 'verify' });
    const sizes = [1, 16 * BLOCK_FRAMES, 16 * BLOCK_FRAMES + 1].map((limitFrames, id) => {
      const profile = { ...PROFILE, id, limitFrames, anonymousFrames: 1 };
      const { container, operations, counts } = system.start(profile);
      expect(counts[COUNT_CZONE_BLOCKS]).toBe(0);
      const { blocks } = container.vm.guest.core.zone(container.czone as number);
      expect(operations['zone']).toMatchObject({ buddyFree9: 2 * blocks });
      return blocks;
    });
    expect(sizes).toEqual([16, 16, 17]);
    expectAccounted(system);
  });

  it('gives the blocks of a dead cgroup back without migration', () => {
    const { system } = systemWithClock('mcpv-faascale', { build: 'verify' });
    const [first, second] = [system.start(PROFILE), system.start(PROFILE)];
    const { czones } = first.container.vm.guest.core;
    const before = czones.pooledBlocks;
    const stop = system.stop(second.container);
    expect([stop.askedFrames, stop.gotFrames]).toEqual([
      PROFILE.anonymousFrames,
      PROFILE.anonymousFrames,
    ]);
    expect(stop.counts[COUNT_MIGRATED_PAGES]).toBe(0);
    expect(czones.pooledBlocks - before).toBe(PROFILE.limitFrames / BLOCK_FRAMES);
    expectAccounted(system);
    system.stop(first.container);
    expect(system.host.heldFrames).toBeCloseTo(0, 6);
  });

  it('keeps files outside', () => {
    const { system } = systemWithClock('mcpv-faascale');
    const { container } = system.start(PROFILE);
    const { managed, free } = container.vm.guest.core.zone(container.czone as number);
    expect(managed - free).toBe(PROFILE.anonymousFrames);
    expect(container.vm.guest.memory.frames.file).toBe(PROFILE.fileFrames);
  });
});
