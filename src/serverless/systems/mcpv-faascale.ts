// mcpv-faascale: a container's cgroup has memory of a fixed size from blocks of 4 MiB, with free lists of its own; anonymous memory
// alone comes from there. The host hears when the blocks are populated and when they are given back, which is as a whole, when
// all of the cgroup's pages are free.

import { FRAMES_PER_GIB, FRAMES_PER_MIB, PAGEBLOCK_FRAMES } from '../../abi/unit.ts';
import {
  COUNT_CZONE_BLOCKS,
  type Counts,
  type GuestConfig,
  type Operations,
} from '../../vmm/index.ts';
import { FixedZones } from '../fixed-zones.ts';
import type { FunctionProfile } from '../function-profile.ts';
import type { MachineConfig } from '../machine.ts';
import { ManyPerVm, type StartedVm, type VmScheme, shareOf, zonedConfig } from '../many-per-vm.ts';
import type { SystemSpec } from '../system.ts';

const CGROUP_BLOCK_FRAMES: number = 4 * FRAMES_PER_MIB;
/** What memory.faascale.size may be. */
const SIZE_MIN_FRAMES: number = 64 * FRAMES_PER_MIB;
const SIZE_MAX_FRAMES: number = 4 * FRAMES_PER_GIB;

function sizeOf(profile: FunctionProfile): number {
  const frames = shareOf(profile, CGROUP_BLOCK_FRAMES);
  return Math.min(Math.max(frames, SIZE_MIN_FRAMES), SIZE_MAX_FRAMES);
}

export function cgroupsConfig(machine: MachineConfig, profile: FunctionProfile): GuestConfig {
  return zonedConfig(machine, profile, {
    blockFrames: CGROUP_BLOCK_FRAMES,
    shareFrames: sizeOf(profile),
  });
}

export class Cgroups extends FixedZones {
  constructor(started: StartedVm) {
    super(started, sizeOf(started.profile));
  }

  /** Blocks of memory that booted with the VM are put on the cgroup's lists; nothing is plugged. */
  priced(counts: Counts): Operations {
    const blocks = counts[COUNT_CZONE_BLOCKS] as number;
    counts[COUNT_CZONE_BLOCKS] = 0;
    return { buddyFree9: (blocks * CGROUP_BLOCK_FRAMES) / PAGEBLOCK_FRAMES };
  }
}

export function attachCgroups(started: StartedVm): VmScheme {
  return new Cgroups(started);
}

export const MCPV_FAASCALE: SystemSpec = {
  name: 'mcpv-faascale',
  sentence:
    'Many containers of a function per VM, each with a cgroup’s fixed memory in blocks of 4 MiB, given back as a whole when it exits.',
  source:
    'Faascale (SoCC ’24, doi 10.1145/3698038.3698512; kernel: github.com/Kingdo777/linux-5.10-faascale).',
  limits:
    'A cgroup’s memory is a CZone of fixed size over czone-virtio, with struct pages of its own; blocks are 4 MiB each, not 4 MiB × 2^k. Copies after fork stay in it, no block is marked or populated beforehand, and nothing spills to other zones.',
  noPark: 'the blocks of a cgroup go back as a whole when it ends',
  create: (context) =>
    new ManyPerVm(context, {
      config: cgroupsConfig,
      attach: attachCgroups,
    }),
};
