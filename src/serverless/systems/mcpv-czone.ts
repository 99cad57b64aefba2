// mcpv-czone: many containers of a function per VM, each in its own CZone, over czone-virtio. A zone begins small and grows
// when it is full. When a container exits its zone ends as a whole, without migration, and the host discards what was
// behind it. While one is idle the host may ask for what its zone has free and backed; the frames are off the zone's lists
// from the question to the answer.

import { FRAME_BYTES, NS_PER_MS } from '../../abi/unit.ts';
import {
  CZONE_DRIVER_FRAMES,
  CZoneVirtio,
  type GrowthPolicy,
  type GuestConfig,
  type MicroVm,
  memmapFrames,
  memoryFor,
  reportOperations,
  wholeBlocks,
} from '../../vmm/index.ts';
import type { FunctionProfile } from '../function-profile.ts';
import { type MachineConfig, type SystemContext, containersPerVm } from '../machine.ts';
import {
  ManyPerVm,
  type MemoryScheme,
  type VmScheme,
  sharedFrames,
  sharedVm,
} from '../many-per-vm.ts';
import type { IdleReclaim, SystemSpec } from '../system.ts';

/** A container's limit in whole blocks. */
function limitOf(profile: FunctionProfile, blockFrames: number): number {
  return Math.ceil(profile.limitFrames / blockFrames) * blockFrames;
}

/** A VM whose own memory holds kernel and shared files; containers' memory comes from a region above it. */
function config(machine: MachineConfig, profile: FunctionProfile): GuestConfig {
  const { blockFrames } = machine;
  const containers = containersPerVm(machine, profile);
  const frames = wholeBlocks(containers * limitOf(profile, blockFrames));
  const own = sharedFrames(machine, profile) + memmapFrames(frames) + CZONE_DRIVER_FRAMES;
  const memoryFrames = memoryFor(own);
  const region = { start: memoryFrames, frames, blockFrames };
  return sharedVm(machine, profile, { memoryFrames, region });
}

/** The device of one VM. Without idle reclaim the host has no reason to ask, and need not hear of idleness. */
class Zoned implements VmScheme {
  readonly #device: CZoneVirtio;
  readonly #blockFrames: number;
  readonly dispatched: ((czone: number, isIdle: boolean) => void) | undefined;

  constructor(
    vm: MicroVm,
    context: SystemContext,
    growth: GrowthPolicy,
    ended: (reclaim: IdleReclaim) => void,
  ) {
    const { machine, clock, workNs } = context;
    const { idleReclaimMs } = machine;
    this.#blockFrames = machine.blockFrames;
    const device = new CZoneVirtio(vm, clock, {
      growth,
      idle:
        idleReclaimMs === undefined ? null : { delayNs: idleReclaimMs * NS_PER_MS, targetBytes: 0 },
      reportNs: (frames) => workNs?.(reportOperations(1, frames), frames) ?? 0,
      reclaimed: (_, { end, reports, reportedBytes, releasedBytes }) => {
        const askedFrames = reportedBytes / FRAME_BYTES;
        ended({
          vm,
          isCancelled: end !== 'done',
          askedFrames,
          gotFrames: releasedBytes / FRAME_BYTES,
          operations: reportOperations(reports, askedFrames),
        });
      },
    });
    this.#device = device;
    if (idleReclaimMs === undefined) return;
    this.dispatched = (czone, isIdle) => device.dispatched(czone, isIdle);
  }

  get gotFrames(): number {
    return this.#device.gotFrames;
  }

  placed(profile: FunctionProfile, owner: number): number {
    const limitFrames = limitOf(profile, this.#blockFrames);
    return this.#device.zones.create(owner, limitFrames, profile.name);
  }
}

/** Whoever starts containers knows what earlier ones of a function came to, whichever VM they were in. */
function scheme(growth: GrowthPolicy): MemoryScheme {
  return { config, attach: (vm, context, ended) => new Zoned(vm, context, growth, ended) };
}

export const MCPV_CZONE: SystemSpec = {
  name: 'mcpv-czone',
  sentence:
    'Many containers of a function per VM, each in its own CZone; when one exits, its blocks go back to the host whole.',
  create: (context) => new ManyPerVm(context, scheme(context.machine.growth())),
};
