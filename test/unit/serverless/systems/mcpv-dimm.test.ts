/** DIMMs of a VM: one for each container, and one back for each that has gone, whichever can go. */
import { describe, expect, it } from 'vitest';
import { COUNT_MIGRATED_PAGES, Dimms, type Start } from '../../../../src/serverless/index.ts';
import { expectAccounted, PROFILE, systemWithClock } from '../../../support/serverless.ts';

const BLOCK_FRAMES = 32_768;

function dimmsOf({ container }: Start): Dimms {
  const [dimms] = container.vm.counted;
  if (!(dimms instanceof Dimms)) throw new Error('no DIMMs');
  return dimms;
}

describe('mcpv-dimm', () => {
  it('plugs one DIMM of whole blocks before each start', () => {
    const { system } = systemWithClock('mcpv-dimm', { build: 'verify' });
    const starts = [system.start(PROFILE), system.start(PROFILE)];
    expect(starts.map(({ operations }) => operations['grow']?.dimmPlugBlock)).toEqual([1, 1]);
    const dimms = dimmsOf(starts[0] as Start);
    expect(dimms.slots.map(({ frames }) => frames)).toEqual([BLOCK_FRAMES, BLOCK_FRAMES]);
    const { core } = (starts[0] as Start).container.vm.guest;
    expect(core.kernelZones.at(-1)?.managed).toBe(2 * BLOCK_FRAMES);
    expectAccounted(system);
  });

  it('takes one offline after an end, with the pages of those who stay moved out of it', () => {
    const { system } = systemWithClock('mcpv-dimm', { build: 'verify' });
    const large = { ...PROFILE, anonymousFrames: 30_000, limitFrames: BLOCK_FRAMES };
    const starts = [0, 1, 2].map(() => system.start(large)) as [Start, Start, Start];
    const stop = system.stop(starts[0].container);
    expect([stop.askedFrames, stop.gotFrames]).toEqual([BLOCK_FRAMES, BLOCK_FRAMES]);
    expect(stop.operations.dimmOfflineBlock).toBe(1);
    expect(stop.counts[COUNT_MIGRATED_PAGES]).toBeGreaterThan(0);
    expect(dimmsOf(starts[1]).slots).toHaveLength(2);
    expectAccounted(system);
    system.stop(starts[1].container);
    system.stop(starts[2].container);
    expect(system.host.heldFrames).toBeCloseTo(0, 6);
  });

  it('keeps DIMMs with kernel memory in them, counts the tries, and makes up for it at the next end', () => {
    const { system } = systemWithClock('mcpv-dimm:online_kernel', { build: 'verify' });
    const starts = [0, 1, 2, 3].map(() => system.start(PROFILE)) as [Start, Start, Start, Start];
    const dimms = dimmsOf(starts[0]);
    const stop = system.stop(starts[3].container);
    expect(stop.askedFrames).toBe(BLOCK_FRAMES);
    expect(stop.gotFrames % BLOCK_FRAMES).toBe(0);
    const kept = dimms.slots.length;
    expect(kept).toBe(4 - stop.gotFrames / BLOCK_FRAMES);
    expect(stop.operations.dimmOfflineBlock).toBeGreaterThanOrEqual(1);
    const again = system.start(PROFILE);
    expect(again.operations['grow']?.dimmPlugBlock ?? 0).toBe(4 - kept);
    expectAccounted(system);
  });
});
