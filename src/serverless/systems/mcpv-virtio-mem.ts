// mcpv-virtio-mem: containers' memory is a virtio-mem region of 2 MiB device blocks. The host requests a container's limit more
// before one starts, which waits for it, and as much less after one has gone. What cannot be unplugged then, because pages are in
// the way, the driver tries again by its own timer.

import { FRAME_BYTES, PAGEBLOCK_BYTES, PAGEBLOCK_FRAMES } from '../../abi/unit.ts';
import { type Operations, VirtioMem, hotplugStart } from '../../vmm/index.ts';
import { DeviceTurn } from '../device-turn.ts';
import {
  ManyPerVm,
  type StartedVm,
  type VmScheme,
  pluggedConfig,
  shareOf,
} from '../many-per-vm.ts';
import { spareFrames } from '../park.ts';
import { type PlugPolicy, plugPolicyOf } from '../plug-policy.ts';
import type { Asked, SystemSpec } from '../system.ts';

class Plugged implements VmScheme {
  readonly step = 'grow';
  readonly #device: VirtioMem;
  readonly #turn: DeviceTurn;
  readonly #shareFrames: number;
  #containers = 0;
  /** Frames of containers that are there, which an idle guest does without. */
  #parkedFrames = 0;
  #gotFrames = 0;
  #isAsking = false;

  constructor(started: StartedVm, policy: PlugPolicy) {
    const { vm, profile, context } = started;
    const { memoryFrames, hotplugEndFrame = 0 } = vm.guest.config;
    const start = hotplugStart(memoryFrames);
    this.#shareFrames = shareOf(profile, PAGEBLOCK_FRAMES);
    this.#turn = new DeviceTurn(started);
    this.#device = new VirtioMem(vm, context.clock, {
      profile: 'qemu',
      policy,
      addr: start * FRAME_BYTES,
      regionBytes: (hotplugEndFrame - start) * FRAME_BYTES,
      blockBytes: PAGEBLOCK_BYTES,
      given: (frames) => this.#given(frames),
      retried: () => this.#turn.note(0, 0),
    });
    vm.counted.push(this);
  }

  get operations(): Operations {
    return this.#device.operations;
  }

  /** Tries in vain are work, too. */
  get exits(): number {
    return this.#device.exits + this.#device.blocks.refusals;
  }

  placed(): undefined {
    this.#containers += 1;
    this.#parkedFrames = 0;
    this.#request();
  }

  left(): Asked {
    this.#containers -= 1;
    return { askedFrames: this.#shareFrames, gotFrames: this.#take() };
  }

  park(): Asked {
    const plugged = this.#device.pluggedBytes / FRAME_BYTES;
    const spare = Math.min(spareFrames(this.#device.vm), plugged);
    this.#parkedFrames = Math.floor(spare / PAGEBLOCK_FRAMES) * PAGEBLOCK_FRAMES;
    return { askedFrames: this.#parkedFrames, gotFrames: this.#take() };
  }

  unpark(): void {
    this.#parkedFrames = 0;
    this.#request();
  }

  /** Lowers the request. Frames that came at once. */
  #take(): number {
    const before = this.#gotFrames;
    this.#isAsking = true;
    this.#request();
    this.#isAsking = false;
    return this.#gotFrames - before;
  }

  #request(): void {
    const wanted = Math.max(0, this.#containers * this.#shareFrames - this.#parkedFrames);
    this.#device.setRequested(wanted * FRAME_BYTES);
  }

  #given(frames: number): void {
    this.#gotFrames += frames;
    if (!this.#isAsking) this.#turn.note(0, frames);
  }
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
    create: (context) =>
      new ManyPerVm(context, {
        config: (machine, profile) => pluggedConfig(machine, profile, PAGEBLOCK_FRAMES),
        attach: (started) => new Plugged(started, policy),
      }),
    with: (argument) => specOf(`mcpv-virtio-mem:${argument}`, plugPolicyOf(argument)),
  };
}

export const MCPV_VIRTIO_MEM: SystemSpec = specOf('mcpv-virtio-mem', 'online_movable');
