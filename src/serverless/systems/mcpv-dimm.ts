// mcpv-dimm: containers' memory comes in ACPI DIMMs, one of whole 128 MiB blocks for each container: plugged before it starts,
// which waits for it. After a container has gone the host wants one DIMM back, the last plugged first: whichever the guest can
// take offline as a whole. When none can be, there is one too many, and the next end tries again for both.

import { partial } from '../../graph/index.ts';
import { MEMORY_BLOCK_FRAMES } from '../../abi/unit.ts';
import { Dimms, type GuestConfig, hotplugStart } from '../../vmm/index.ts';
import type { FunctionProfile } from '../function-profile.ts';
import type { MachineConfig } from '../machine.ts';
import {
  ManyPerVm,
  type StartedVm,
  type VmScheme,
  pluggedConfig,
  shareOf,
} from '../many-per-vm.ts';
import { spareFrames } from '../park.ts';
import { type PlugPolicy, plugPolicyOf } from '../plug-policy.ts';
import { SHARED_SETTINGS, type Asked, type SystemSpec } from '../system.ts';

export function dimmConfig(machine: MachineConfig, profile: FunctionProfile): GuestConfig {
  return pluggedConfig(machine, profile, MEMORY_BLOCK_FRAMES);
}

export class Slotted implements VmScheme {
  readonly step = 'grow';
  private readonly _dimms: Dimms;
  private readonly _shareFrames: number;
  private _containers = 0;

  constructor({ vm, profile }: StartedVm, policy: PlugPolicy) {
    this._shareFrames = shareOf(profile, MEMORY_BLOCK_FRAMES);
    this._dimms = new Dimms(vm, hotplugStart(vm.guest.config.memoryFrames), { policy });
    vm.counted.push(this._dimms);
  }

  placed(): undefined {
    this._containers += 1;
    this.unpark();
  }

  /** Whole DIMMs, as far as what the guest can spare goes. */
  park(): Asked {
    let leftFrames = spareFrames(this._dimms.vm);
    let askedFrames = 0;
    let gotFrames = 0;
    for (const slot of this._dimms.slots.toReversed()) {
      if (slot.frames > leftFrames) break;
      askedFrames += slot.frames;
      if (!this._dimms.unplug(slot).isGone) continue;
      gotFrames += slot.frames;
      leftFrames -= slot.frames;
    }
    return { askedFrames, gotFrames };
  }

  /** One for each container, as far as the guest has room for their struct pages. */
  unpark(): void {
    const dimms = this._dimms;
    const blocks = this._shareFrames / MEMORY_BLOCK_FRAMES;
    while (dimms.slots.length < this._containers && typeof dimms.plug(blocks) !== 'string');
  }

  left(): Asked {
    this._containers -= 1;
    const dimms = this._dimms;
    let gotFrames = 0;
    for (const slot of dimms.slots.toReversed()) {
      if (dimms.slots.length <= this._containers) break;
      if (dimms.unplug(slot).isGone) gotFrames += slot.frames;
    }
    return { askedFrames: this._shareFrames, gotFrames };
  }
}

export function attachSlotted(policy: PlugPolicy, started: StartedVm): VmScheme {
  return new Slotted(started, policy);
}

function specOf(name: string, policy: PlugPolicy): SystemSpec {
  return {
    name,
    sentence:
      'Many containers of a function per VM; a DIMM of whole 128 MiB blocks is plugged for each, and one is taken offline after: NAME:POLICY, online_movable if not said.',
    source:
      'ACPI memory hotplug as in Linux 6.12 (mm/memory_hotplug.c), QEMU and Kata Containers (runtime issues 158, 791).',
    limits:
      'A DIMM goes as a whole or not at all; each that is tried has its blocks emptied by migration first. Nothing is taken while containers are idle, unless their VM is parked.',
    reads: SHARED_SETTINGS,
    create: (context) =>
      new ManyPerVm(context, {
        config: dimmConfig,
        attach: partial(attachSlotted, policy),
      }),
    with: (argument) => specOf(`mcpv-dimm:${argument}`, plugPolicyOf(argument)),
  };
}

export const MCPV_DIMM: SystemSpec = specOf('mcpv-dimm', 'online_movable');
