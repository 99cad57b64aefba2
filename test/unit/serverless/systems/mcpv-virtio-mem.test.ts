/** The virtio-mem region of a VM: a limit more for each container, a limit less for each that has gone. */
import { describe, expect, it } from 'vitest';
import { FRAME_BYTES } from '../../../../src/abi/unit.ts';
import {
  CAUSE_IDLE_UNUSED,
  COUNT_MIGRATED_PAGES,
  type Start,
  freeFrames,
} from '../../../../src/serverless/index.ts';
import { expectAccounted, PROFILE, systemWithClock } from '../../../support/serverless.ts';

const BLOCKS = PROFILE.limitFrames / 512;
/** Fills its limit nearly. */
const FULL = { ...PROFILE, anonymousFrames: PROFILE.limitFrames - 512 };

function exits({ container }: Start): number {
  return container.vm.counted.reduce((sum, device) => sum + device.exits, 0);
}

/** The guest's kernel takes nearly all that is free: in the region what nobody can move, elsewhere what there is to move to. */
function fillWithKernel({ container }: Start): void {
  const { memory, guest } = container.vm;
  for (let left = freeFrames(guest.core) - 2048; left > 0; left -= 1) {
    memory.alloc(FRAME_BYTES, FRAME_BYTES);
  }
}

describe('mcpv-virtio-mem', () => {
  it('plugs a container’s limit before it starts, and the guest has it', () => {
    const { system } = systemWithClock('mcpv-virtio-mem', { build: 'verify' });
    const [first, second] = [system.start(PROFILE), system.start(PROFILE)];
    for (const start of [first, second]) {
      expect(start.operations['grow']?.virtioMemPlug2MiB).toBe(BLOCKS);
    }
    const { core } = first.container.vm.guest;
    const managed = core.kernelZones.at(-1)?.managed;
    expect(managed).toBe(2 * PROFILE.limitFrames);
    expect(exits(first)).toBeGreaterThan(0);
    expectAccounted(system);
  });

  it('unplugs as much after one has gone, moving what others have there', () => {
    const { system } = systemWithClock('mcpv-virtio-mem', { build: 'verify' });
    const [first, second, third] = [0, 1, 2].map(() => system.start(FULL)) as [Start, Start, Start];
    const { core } = first.container.vm.guest;
    const stop = system.stop(first.container);
    expect([stop.askedFrames, stop.gotFrames]).toEqual([PROFILE.limitFrames, PROFILE.limitFrames]);
    expect(stop.operations.virtioMemUnplug2MiB).toBe(BLOCKS);
    expect(stop.counts[COUNT_MIGRATED_PAGES]).toBeGreaterThan(0);
    expect(core.kernelZones.at(-1)?.managed).toBe(2 * PROFILE.limitFrames);
    expectAccounted(system);
    system.stop(second.container);
    system.stop(third.container);
    expect(system.host.heldFrames).toBeCloseTo(0, 6);
  });

  it('gets less than it asks where kernel memory may lie in the blocks, and the driver tries again by its timer', () => {
    const { system, clock } = systemWithClock('mcpv-virtio-mem:online_kernel', { build: 'verify' });
    const starts = [0, 1, 2, 3].map(() => system.start(PROFILE));
    fillWithKernel(starts[0] as Start);
    const stop = system.stop((starts[3] as Start).container);
    expect(stop.askedFrames).toBe(PROFILE.limitFrames);
    expect(stop.gotFrames).toBeLessThan(PROFILE.limitFrames);
    expect(stop.operations.virtioMemUnplug2MiB).toBeGreaterThan(stop.gotFrames / 512);
    system.takeWork?.();
    clock.advance(49e9);
    expect(system.takeWork?.()).toEqual([]);
    clock.advance(2e9);
    const [retry] = system.takeWork?.() ?? [];
    expect(retry?.request?.askedFrames).toBe(0);
    expect(retry?.operations.virtioMemUnplug2MiB).toBeGreaterThan(0);
    expectAccounted(system);
  });

  it('plugs only what is missing when something stayed', () => {
    const { system } = systemWithClock('mcpv-virtio-mem:online_kernel');
    const starts = [0, 1, 2, 3].map(() => system.start(PROFILE));
    fillWithKernel(starts[0] as Start);
    const { gotFrames } = system.stop((starts[3] as Start).container);
    expect(gotFrames).toBeLessThan(PROFILE.limitFrames);
    const again = system.start(PROFILE);
    expect(again.operations['grow']?.virtioMemPlug2MiB).toBe(gotFrames / 512);
    expect(system.host.account[CAUSE_IDLE_UNUSED]).toBeGreaterThanOrEqual(0);
  });
});
