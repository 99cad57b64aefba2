// virtio-mem: the containers' memory is a region of 2 MiB blocks. The host asks for as many as the containers that are
// gone held, rounded down.

import type { Operations } from '../../cost/index.ts';
import { type MicroVm, VirtioMem, VirtualClock, unmovableFrames } from '../../vmm/index.ts';
import { hotplugStart, loneVm } from '../guest.ts';
import {
  BLOCK_FRAMES_2M,
  FRAME_BYTES,
  type Population,
  type Reclaimer,
  VM_CPUS,
  heapRoom,
  systemRoom,
} from './reclaimer.ts';

const BLOCK_BYTES = BLOCK_FRAMES_2M * FRAME_BYTES;

export class VirtioMemReclaimer implements Reclaimer {
  readonly vm: MicroVm;
  readonly clock: VirtualClock = new VirtualClock();
  readonly #device: VirtioMem;
  readonly #regionBytes: number;
  #askedBytes = 0;

  constructor(population: Population) {
    const hotplugFrames = heapRoom(population);
    const memoryFrames = systemRoom(population, hotplugFrames);
    const processes = population.sizes.length;
    this.vm = loneVm({ memoryFrames, hotplugFrames, cpus: VM_CPUS, processes });
    this.#regionBytes = hotplugFrames * FRAME_BYTES;
    this.#device = new VirtioMem(this.vm, this.clock, {
      profile: 'qemu',
      policy: 'auto-movable',
      addr: hotplugStart(memoryFrames) * FRAME_BYTES,
      regionBytes: this.#regionBytes,
      requestedBytes: this.#regionBytes,
      blockBytes: BLOCK_BYTES,
    });
  }

  ask(frames: number): void {
    this.#askedBytes += frames * FRAME_BYTES;
    const blocks = Math.floor(this.#askedBytes / BLOCK_BYTES);
    this.#device.setRequested(this.#regionBytes - blocks * BLOCK_BYTES);
  }

  /** A try that fails has isolated the block, too. */
  get operations(): Operations {
    const unplugged = (this.#regionBytes - this.#device.pluggedBytes) / BLOCK_BYTES;
    return { virtioMemUnplug2MiB: unplugged + this.#device.blocks.refusals };
  }

  get exits(): number {
    const { reads, writes } = this.#device.mmio.counters;
    return reads + writes;
  }

  /** A memory block that was refused as a whole has been tried block by block then. */
  get unmovableFrames(): number {
    const { core } = this.vm.guest;
    let sum = 0;
    for (const { addr, lengthBytes } of this.#device.blockedRanges) {
      if (lengthBytes > BLOCK_BYTES) continue;
      sum += unmovableFrames(core, addr / FRAME_BYTES, lengthBytes / FRAME_BYTES);
    }
    return sum;
  }
}
