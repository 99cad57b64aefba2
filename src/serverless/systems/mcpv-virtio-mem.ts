// mcpv-virtio-mem: containers' memory is a virtio-mem region of 2 MiB device blocks. The host requests a container's limit more
// before one starts, which waits for it, and as much less after one has gone. What cannot be unplugged then, because pages are in
// the way, the driver tries again by its own timer.

import { bound, partial } from '../../graph/index.ts';
import { FRAME_BYTES, PAGEBLOCK_BYTES, PAGEBLOCK_FRAMES } from '../../abi/unit.ts';
import { type GuestConfig, type Operations, VirtioMem, hotplugStart } from '../../vmm/index.ts';
import { DeviceTurn } from '../device-turn.ts';
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

export function virtioMemConfig(machine: MachineConfig, profile: FunctionProfile): GuestConfig {
  return pluggedConfig(machine, profile, PAGEBLOCK_FRAMES);
}

export class Plugged implements VmScheme {
  readonly step = 'grow';
  private readonly _device: VirtioMem;
  private readonly _turn: DeviceTurn;
  private readonly _shareFrames: number;
  private _containers = 0;
  /** Frames of containers that are there, which an idle guest does without. */
  private _parkedFrames = 0;
  private _gotFrames = 0;
  private _isAsking = false;

  constructor(started: StartedVm, policy: PlugPolicy) {
    const { vm, profile, context } = started;
    const { memoryFrames, hotplugEndFrame = 0 } = vm.guest.config;
    const start = hotplugStart(memoryFrames);
    this._shareFrames = shareOf(profile, PAGEBLOCK_FRAMES);
    this._turn = new DeviceTurn(started);
    this._device = new VirtioMem(vm, context.clock, {
      profile: 'qemu',
      policy,
      addr: start * FRAME_BYTES,
      regionBytes: (hotplugEndFrame - start) * FRAME_BYTES,
      blockBytes: PAGEBLOCK_BYTES,
      given: bound(this, this._given),
      retried: bound(this._turn, this._turn.note, 0, 0),
    });
    vm.counted.push(this);
  }

  get operations(): Operations {
    return this._device.operations;
  }

  /** Tries in vain are work, too. */
  get exits(): number {
    return this._device.exits + this._device.blocks.refusals;
  }

  placed(): undefined {
    this._containers += 1;
    this._parkedFrames = 0;
    this._request();
  }

  left(): Asked {
    this._containers -= 1;
    return { askedFrames: this._shareFrames, gotFrames: this._take() };
  }

  park(): Asked {
    const plugged = this._device.pluggedBytes / FRAME_BYTES;
    const spare = Math.min(spareFrames(this._device.vm), plugged);
    this._parkedFrames = Math.floor(spare / PAGEBLOCK_FRAMES) * PAGEBLOCK_FRAMES;
    return { askedFrames: this._parkedFrames, gotFrames: this._take() };
  }

  unpark(): void {
    this._parkedFrames = 0;
    this._request();
  }

  /** Lowers the request. Frames that came at once. */
  private _take(): number {
    const before = this._gotFrames;
    this._isAsking = true;
    this._request();
    this._isAsking = false;
    return this._gotFrames - before;
  }

  private _request(): void {
    const wanted = Math.max(0, this._containers * this._shareFrames - this._parkedFrames);
    this._device.setRequested(wanted * FRAME_BYTES);
  }

  private _given(frames: number): void {
    this._gotFrames += frames;
    if (!this._isAsking) this._turn.note(0, frames);
  }
}

export function attachPlugged(policy: PlugPolicy, started: StartedVm): VmScheme {
  return new Plugged(started, policy);
}

function specOf(name: string, policy: PlugPolicy): SystemSpec {
  return {
    name,
    sentence:
      'Many containers of a function per VM; memory for each is plugged before it starts and unplugged after, by 2 MiB: NAME:POLICY, online_movable if not said.',
    source:
      'virtio-mem (Hildenbrand & Schulz, VEE ’21) as in Linux 6.12 and QEMU; 2 MiB blocks and online_movable as in HyperAlloc’s comparison (EuroSys ’25).',
    limits:
      'A container’s pages lie anywhere in the region: what others hold is moved, and what cannot be moved stays. Nothing is unplugged while containers are idle, unless their VM is parked.',
    reads: SHARED_SETTINGS,
    create: (context) =>
      new ManyPerVm(context, {
        config: virtioMemConfig,
        attach: partial(attachPlugged, policy),
      }),
    with: (argument) => specOf(`mcpv-virtio-mem:${argument}`, plugPolicyOf(argument)),
  };
}

export const MCPV_VIRTIO_MEM: SystemSpec = specOf('mcpv-virtio-mem', 'online_movable');
