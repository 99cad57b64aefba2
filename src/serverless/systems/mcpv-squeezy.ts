// mcpv-squeezy: a VM is made for N partitions, each as large as a container's limit in whole 128 MiB blocks. A partition is
// plugged when a container starts, holds all of its anonymous memory and nothing else, and goes back as a whole when it has ended,
// without a look at its pages; that takes time, in which a start that finds no other partition waits. Files are in the VM's own
// memory, shared by all.

import { MEMORY_BLOCK_FRAMES } from '../../abi/unit.ts';
import {
  COUNT_CZONE_BLOCKS,
  CZoneVirtio,
  type Counts,
  type GuestConfig,
  type Operations,
  WHOLE,
} from '../../vmm/index.ts';
import { FixedZones } from '../fixed-zones.ts';
import type { FunctionProfile } from '../function-profile.ts';
import { type MachineConfig, containersPerVm } from '../machine.ts';
import { ManyPerVm, type StartedVm, type VmScheme, shareOf, zonedConfig } from '../many-per-vm.ts';
import { SHARED_SETTINGS, type SystemSpec } from '../system.ts';

export function partitionsConfig(machine: MachineConfig, profile: FunctionProfile): GuestConfig {
  return zonedConfig(machine, profile, {
    blockFrames: MEMORY_BLOCK_FRAMES,
    shareFrames: shareOf(profile, MEMORY_BLOCK_FRAMES),
  });
}

export class Partitions extends FixedZones<CZoneVirtio> {
  waitNs = 0;
  private readonly _started: StartedVm;
  private readonly _partitions: number;
  private _containers = 0;
  private _seenFrames = 0;
  /** When each partition that is being dropped is free again, the first to be free first. */
  private readonly _freeAtNs: number[] = [];

  constructor(started: StartedVm) {
    const { profile, context } = started;
    const options = { growth: WHOLE, idle: null, endedBlock: 'partitionDropBlock' } as const;
    const device = new CZoneVirtio(started.vm, context.clock, options);
    super(device, shareOf(profile, MEMORY_BLOCK_FRAMES));
    this._started = started;
    this._partitions = containersPerVm(context.machine, profile);
  }

  override placed(profile: FunctionProfile, owner: number): number {
    const { nowNs } = this._started.context.clock;
    const dropping = this._freeAtNs;
    while (dropping.length > 0 && (dropping[0] as number) <= nowNs) dropping.shift();
    const isFull = this._containers + dropping.length >= this._partitions;
    this.waitNs = isFull ? (dropping.shift() ?? nowNs) - nowNs : 0;
    this._containers += 1;
    return super.placed(profile, owner);
  }

  /** The drop's price is that of blocks plugged, not of what czone-virtio is taken to be. */
  priced(counts: Counts): Operations {
    const partitionPlugBlock = counts[COUNT_CZONE_BLOCKS] as number;
    counts[COUNT_CZONE_BLOCKS] = 0;
    return { partitionPlugBlock };
  }

  /** The zone has asked and got by its end; the drop goes on for a while. */
  left(): undefined {
    const { profile, context } = this._started;
    this._containers -= 1;
    this.device.unplugPool();
    const released = this.gotFrames - this._seenFrames;
    this._seenFrames += released;
    const blocks = shareOf(profile, MEMORY_BLOCK_FRAMES) / MEMORY_BLOCK_FRAMES;
    const takesNs = context.workNs?.({ partitionDropBlock: blocks }, released) ?? 0;
    // one after another: there is one driver
    const from = Math.max(context.clock.nowNs, this._freeAtNs.at(-1) ?? 0);
    this._freeAtNs.push(from + takesNs);
  }
}

export function attachPartitions(started: StartedVm): VmScheme {
  return new Partitions(started);
}

export const MCPV_SQUEEZY: SystemSpec = {
  name: 'mcpv-squeezy',
  sentence:
    'Many containers of a function per VM, each in a fixed partition of its limit, which is unplugged as a whole when it exits.',
  source: 'Squeezy (EuroSys ’26; first HotMem, arXiv 2411.12893). No code of it is public.',
  limits:
    'A partition is a CZone of fixed size over czone-virtio in place of Squeezy’s patched virtio-mem; a start that finds all partitions taken starts a further VM, as in all mcpv systems.',
  reads: SHARED_SETTINGS,
  noPark: 'a partition is there as a whole as long as its container',
  create: (context) =>
    new ManyPerVm(context, {
      config: partitionsConfig,
      attach: attachPartitions,
    }),
};
