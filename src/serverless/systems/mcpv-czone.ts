// mcpv-czone: many containers of a function per VM, each in its own CZone. When a container exits its zone's blocks are
// free as a whole, without migration, and the host takes them back. While one is idle the host may ask for what its zone
// has free and backed; the frames are off the zone's lists from the question to the answer.

import { PAGEBLOCK_FRAMES } from '../../abi/unit.ts';
import {
  type Counts,
  type CZones,
  type GuestConfig,
  type MicroVm,
  memmapFrames,
  memoryFor,
  wholeBlocks,
} from '../../vmm/index.ts';
import type { Container } from '../container.ts';
import type { FunctionProfile } from '../function-profile.ts';
import { type MachineConfig, type SystemContext, containersPerVm } from '../machine.ts';
import {
  type Exit,
  type GivenBack,
  ManyPerVm,
  type MemoryScheme,
  type Placed,
  type VmScheme,
  sharedFrames,
  sharedVm,
} from '../many-per-vm.ts';
import type { ReclaimRound, SystemSpec } from '../system.ts';

/** Ranges in one message: as many as Faascale's device puts in one. */
const RANGES_PER_MESSAGE = 128;

/** A container's limit in whole blocks. */
function limitOf(profile: FunctionProfile, blockFrames: number): number {
  return Math.ceil(profile.limitFrames / blockFrames) * blockFrames;
}

/** A VM whose own memory holds kernel and shared files; containers' memory comes from a region above it. */
function config(machine: MachineConfig, profile: FunctionProfile): GuestConfig {
  const { blockFrames } = machine;
  const containers = containersPerVm(machine, profile);
  const frames = wholeBlocks(containers * limitOf(profile, blockFrames));
  const memoryFrames = memoryFor(sharedFrames(machine, profile) + memmapFrames(frames));
  const region = { start: memoryFrames, frames, blockFrames };
  return sharedVm(machine, profile, { memoryFrames, region });
}

function zonesOf(vm: MicroVm): CZones {
  const { czones } = vm.guest;
  if (czones === undefined) throw new RangeError(`VM ${vm.id} was made without a CZone region`);
  return czones;
}

function attach(vm: MicroVm, { machine }: SystemContext): VmScheme {
  vm.guest.core.setPreferBacked(machine.preferBacked);
  const zones = zonesOf(vm);
  return {
    placed: (profile, owner) => makeZone(zones, profile, owner),
    left: (exit, counts) => giveBack(vm, exit, counts),
  };
}

/** A zone with blocks for the memory that every container of the function has; more comes on demand. */
function makeZone(zones: CZones, profile: FunctionProfile, owner: number): Placed {
  const { blockFrames } = zones.region;
  const frames = profile.anonymousFrames + profile.callTemporaryFrames;
  const before = zones.messages;
  const limit = limitOf(profile, blockFrames);
  const czone = zones.create(owner, limit, Math.ceil(frames / blockFrames));
  return { czone, operations: { czoneMessage: zones.messages - before } };
}

/** The zone is gone; the host discards its blocks. */
function giveBack(vm: MicroVm, { ranges }: Exit, counts: Counts): GivenBack {
  const frames = ranges.reduce((sum, range) => sum + range.count, 0);
  const askedFrames = vm.backedIn(ranges);
  const gotFrames = vm.release(ranges);
  vm.settle(counts);
  return {
    operations: {
      czoneMessage: Math.ceil(ranges.length / RANGES_PER_MESSAGE),
      czoneRelease2MiB: frames / PAGEBLOCK_FRAMES,
    },
    askedFrames,
    gotFrames,
  };
}

/** One request and its report: ranges leave the zone now, and the host has them when it has answered. */
function reclaimIdle(container: Container): ReclaimRound | undefined {
  const { vm, czone } = container;
  if (czone === undefined) return undefined;
  container.setIdle(true);
  const zones = zonesOf(vm);
  const ranges = zones.takeUnused(czone, RANGES_PER_MESSAGE);
  if (ranges.length === 0) return undefined;
  const askedFrames = ranges.reduce((sum, range) => sum + range.count, 0);
  return {
    askedFrames,
    operations: { czoneMessage: 1, czoneRelease2MiB: askedFrames / PAGEBLOCK_FRAMES },
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

const SCHEME: MemoryScheme = { config, attach, reclaimIdle };

export const MCPV_CZONE: SystemSpec = {
  name: 'mcpv-czone',
  sentence:
    'Many containers of a function per VM, each in its own CZone; when one exits, its blocks go back to the host whole.',
  create: (context) => new ManyPerVm(context, SCHEME),
};
