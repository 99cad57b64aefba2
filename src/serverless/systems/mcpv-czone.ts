// mcpv-czone: many containers of a function per VM, each in its own CZone. When a container exits its zone's blocks are
// free as a whole, without migration, and the host takes them back. While one is idle the host may ask for what its zone
// has free and backed; the frames are off the zone's lists from the question to the answer.

import { type Counts, type CZones, type FrameRange, type MicroVm } from '../../vmm/index.ts';
import type { Container } from '../container.ts';
import type { FunctionProfile } from '../function-profile.ts';
import { type MachineConfig, czoneConfig } from '../machine.ts';
import { type GivenBack, ManyPerVm, type MemoryScheme, type ZoneStart } from '../many-per-vm.ts';
import type { IdleReclaim, SystemSpec } from '../system.ts';

/** 2 MiB in frames: what the price of releasing is for. */
const PRICED_FRAMES = 512;

/** Ranges in one message: as many as Faascale's device puts in one. */
const RANGES_PER_MESSAGE = 128;

function zonesOf(vm: MicroVm): CZones {
  const { czones } = vm.guest;
  if (czones === undefined) throw new RangeError(`VM ${vm.id} was made without a CZone region`);
  return czones;
}

function prepare(vm: MicroVm, machine: MachineConfig): void {
  vm.guest.core.setPreferBacked(machine.preferBacked);
}

/** A zone with blocks for the memory that every container of the function has; more comes on demand. */
function makeZone(vm: MicroVm, profile: FunctionProfile, owner: number): ZoneStart {
  const zones = zonesOf(vm);
  const { blockFrames } = zones.region;
  const limit = Math.ceil(profile.limitFrames / blockFrames) * blockFrames;
  const frames = profile.anonymousFrames + profile.callTemporaryFrames;
  const before = zones.messages;
  const czone = zones.create(owner, limit, Math.ceil(frames / blockFrames));
  return { czone, operations: { czoneMessage: zones.messages - before } };
}

/** The zone is gone; the host discards its blocks. */
function giveBack(vm: MicroVm, ranges: readonly FrameRange[], counts: Counts): GivenBack {
  const frames = ranges.reduce((sum, range) => sum + range.count, 0);
  const askedFrames = vm.backedIn(ranges);
  const gotFrames = vm.release(ranges);
  vm.settle(counts);
  return {
    operations: {
      czoneMessage: Math.ceil(ranges.length / RANGES_PER_MESSAGE),
      czoneRelease2MiB: frames / PRICED_FRAMES,
    },
    askedFrames,
    gotFrames,
  };
}

/** One request and its report: ranges leave the zone now, and the host has them when it has answered. */
function reclaimIdle(container: Container): IdleReclaim | undefined {
  const { vm, czone } = container;
  if (czone === undefined) return undefined;
  container.setIdle(true);
  const zones = zonesOf(vm);
  const ranges = zones.takeUnused(czone, RANGES_PER_MESSAGE);
  if (ranges.length === 0) return undefined;
  const askedFrames = ranges.reduce((sum, range) => sum + range.count, 0);
  return {
    askedFrames,
    operations: { czoneMessage: 1, czoneRelease2MiB: askedFrames / PRICED_FRAMES },
    cancelOperations: { czoneMessage: 1 },
    finish(counts) {
      const gotFrames = vm.release(ranges);
      zones.putBack(ranges, true);
      vm.settle(counts);
      return gotFrames;
    },
    cancel() {
      zones.putBack(ranges, false);
    },
  };
}

const SCHEME: MemoryScheme = { config: czoneConfig, prepare, makeZone, giveBack, reclaimIdle };

export const MCPV_CZONE: SystemSpec = {
  name: 'mcpv-czone',
  sentence:
    'Many containers of a function per VM, each in its own CZone; when one exits, its blocks go back to the host whole.',
  create: (machine, clock) => new ManyPerVm(machine, clock, SCHEME),
};
