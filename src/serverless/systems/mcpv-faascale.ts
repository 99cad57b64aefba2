// mcpv-faascale: a container's cgroup has memory of a fixed size in blocks of 4 MiB x 2^k, with free lists of its own; anonymous
// memory alone comes from there. The host hears when the blocks are populated and when they are depopulated, which is as a whole,
// when all of the cgroup's pages are free.

import { partial } from '../../graph/index.ts';
import { FRAMES_PER_GIB, FRAMES_PER_MIB, PAGEBLOCK_FRAMES } from '../../abi/unit.ts';
import { choiceOf } from '../../check/index.ts';
import {
  COUNT_CZONE_BLOCKS,
  type Counts,
  Faascale,
  type GuestConfig,
  type Operations,
} from '../../vmm/index.ts';
import { ArgumentError } from '../argument.ts';
import { FixedZones } from '../fixed-zones.ts';
import type { FunctionProfile } from '../function-profile.ts';
import type { MachineConfig } from '../machine.ts';
import { ManyPerVm, type StartedVm, type VmScheme, shareOf, zonedConfig } from '../many-per-vm.ts';
import { SHARED_SETTINGS, type SystemSpec } from '../system.ts';

/** The least block. */
const CGROUP_BLOCK_FRAMES: number = 4 * FRAMES_PER_MIB;
/**
 * What the host does when it hears of blocks that will be used. lazy: nothing, pages come by faults. populate: all of their memory
 * is there before the container starts.
 */
const POPULATES = ['lazy', 'populate'] as const;

type Populate = (typeof POPULATES)[number];

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
    isBooted: true,
  });
}

export class Cgroups extends FixedZones<Faascale> {
  constructor({ vm, profile }: StartedVm, populate: Populate) {
    const device = new Faascale(vm, { isPopulated: populate === 'populate' });
    super(device, sizeOf(profile));
  }

  /** Blocks are put on the cgroup's lists; nothing is plugged. */
  priced(counts: Counts): Operations {
    const blocks = counts[COUNT_CZONE_BLOCKS] as number;
    counts[COUNT_CZONE_BLOCKS] = 0;
    return { buddyFree9: (blocks * CGROUP_BLOCK_FRAMES) / PAGEBLOCK_FRAMES };
  }
}

export function attachCgroups(populate: Populate, started: StartedVm): VmScheme {
  return new Cgroups(started, populate);
}

function populateOf(text: string): Populate {
  const found = POPULATES.find((populate) => populate === text);
  if (found !== undefined) return found;
  throw new ArgumentError(`one of ${choiceOf(POPULATES, text)}`, text);
}

function specOf(name: string, populate: Populate): SystemSpec {
  return {
    name,
    sentence:
      'Many containers of a function per VM, each with a cgroup’s fixed memory in blocks of 4 MiB × 2^k, given back as a whole when it exits: NAME:POPULATE, lazy if not said, or populate.',
    source:
      'Faascale (SoCC ’24, doi 10.1145/3698038.3698512; github.com/Kingdo777/linux-5.10-faascale and firecracker-faascale), lazy as in its evaluation’s settings.',
    limits:
      'A cgroup’s memory is a zone of fixed size, from 64 MiB to 4 GiB, and its blocks lie above the kernel’s zones, not in them. Halves of a block become one again when both are free; copies after fork stay in the cgroup, and nothing spills to other zones. No statistics queue.',
    reads: SHARED_SETTINGS,
    noPark: 'the blocks of a cgroup go back as a whole when it ends',
    create: (context) =>
      new ManyPerVm(context, {
        config: cgroupsConfig,
        attach: partial(attachCgroups, populate),
      }),
    with: (argument) => specOf(`mcpv-faascale:${argument}`, populateOf(argument)),
  };
}

export const MCPV_FAASCALE: SystemSpec = specOf('mcpv-faascale', 'lazy');
