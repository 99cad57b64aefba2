// mcpv-czone: many containers of a function per VM, each in its own CZone, over czone-virtio. A zone begins small and grows
// when it is full. When a container exits its zone ends as a whole, without migration, and the host discards what was
// behind it. While one is idle the host may ask for what its zone has free and backed; the frames are off the zone's lists
// from the question to the answer.

import { FRAME_BYTES, NS_PER_MS } from '../../abi/unit.ts';
import {
  CZoneVirtio,
  type GrowthPolicy,
  type GuestConfig,
  reportOperations,
} from '../../vmm/index.ts';
import type { FunctionProfile } from '../function-profile.ts';
import type { MachineConfig } from '../machine.ts';
import {
  ManyPerVm,
  type MemoryScheme,
  type StartedVm,
  type VmScheme,
  shareOf,
  zonedConfig,
} from '../many-per-vm.ts';
import type { SystemSpec } from '../system.ts';

/** A VM whose own memory holds kernel and shared files; containers' memory comes from a region above it. */
function config(machine: MachineConfig, profile: FunctionProfile): GuestConfig {
  const { blockFrames } = machine;
  return zonedConfig(machine, profile, { blockFrames, shareFrames: shareOf(profile, blockFrames) });
}

/** The device of one VM. Without idle reclaim the host has no reason to ask, and need not hear of idleness. */
class Zoned implements VmScheme {
  readonly #device: CZoneVirtio;
  readonly #blockFrames: number;
  readonly dispatched: ((czone: number, isIdle: boolean) => void) | undefined;

  constructor({ vm, context, ended }: StartedVm, growth: GrowthPolicy) {
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
    const limitFrames = shareOf(profile, this.#blockFrames);
    return this.#device.zones.create(owner, limitFrames, profile.name);
  }
}

/** Whoever starts containers knows what earlier ones of a function came to, whichever VM they were in. */
function scheme(growth: GrowthPolicy): MemoryScheme {
  return { config, attach: (started) => new Zoned(started, growth) };
}

export const MCPV_CZONE: SystemSpec = {
  name: 'mcpv-czone',
  sentence:
    'Many containers of a function per VM, each in its own CZone; when one exits, its blocks go back to the host whole.',
  source:
    'CZone (Wu et al., Frontiers of Computer Science 20(5), 2026, doi 10.1007/s11704-024-40756-5).',
  limits:
    'Protocol, sizes and policies are unpublished and this project’s own (docs/czone-virtio.md). Files lie outside zones.',
  create: (context) => new ManyPerVm(context, scheme(context.machine.growth())),
};
