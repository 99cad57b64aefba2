// ACPI DIMM hotplug (fact sheet B.4): memory comes and goes in DIMMs of whole 128 MiB blocks. A
// DIMM goes only when every one of its blocks could be taken offline; else all of them are back
// online. The host gets nothing until then.

import { type HotplugOptions, MemoryBlocks, type Obstacle } from '../../guest/index.ts';
import type { MicroVm } from '../microvm.ts';

/**
 * Linux tries for ever until a signal arrives; whoever asks from outside gives up after so many
 * rounds.
 */
const OFFLINE_TRIES = 5;

export interface DimmSlot {
  readonly startFrame: number;
  readonly frames: number;
}

/** What unplugging a DIMM came to. */
export interface DimmUnplug {
  readonly isGone: boolean;
  /** Blocks whose emptying was tried. */
  readonly triedBlocks: number;
  /** Frames with host memory that the host has back. */
  readonly releasedFrames: number;
  /** First frame of the block that stayed, and the page in its way. */
  readonly blockedStart?: number;
  readonly obstacle?: Obstacle | undefined;
}

export class Dimms {
  readonly vm: MicroVm;
  readonly blocks: MemoryBlocks;
  readonly #slots: DimmSlot[] = [];
  #nextFrame: number;

  /** DIMMs are plugged one behind the other from `startFrame`, a multiple of a block. */
  constructor(vm: MicroVm, startFrame: number, options: HotplugOptions) {
    this.vm = vm;
    this.blocks = new MemoryBlocks(vm.guest.memory, options);
    this.#nextFrame = startFrame;
  }

  get slots(): readonly DimmSlot[] {
    return this.#slots;
  }

  /**
   * Plugs a DIMM of so many blocks. Undefined: the span has no room, or the guest no memory for the
   * memmap.
   */
  plug(blocks: number): DimmSlot | undefined {
    const { blockFrames } = this.blocks;
    const slot = { startFrame: this.#nextFrame, frames: blocks * blockFrames };
    if (slot.startFrame + slot.frames > this.vm.guest.core.spanFrames) return undefined;
    const starts = startsOf(slot, blockFrames);
    for (const [at, start] of starts.entries()) {
      if (this.blocks.add(start)) continue;
      for (const added of starts.slice(0, at)) this.blocks.remove(added);
      return undefined;
    }
    for (const start of starts) {
      const zone = this.blocks.zoneByPolicy(start);
      if (zone !== undefined) this.blocks.online(start, zone);
    }
    this.#slots.push(slot);
    this.#nextFrame += slot.frames;
    return slot;
  }

  /** Asks the guest to give a DIMM up: all of its blocks or none. */
  unplug(slot: DimmSlot): DimmUnplug {
    const at = this.#slots.indexOf(slot);
    if (at < 0) throw new RangeError(`no DIMM starts at frame ${slot.startFrame}`);
    const starts = startsOf(slot, this.blocks.blockFrames);
    const gone: [number, number][] = [];
    for (const start of starts) {
      if (this.blocks.stateOf(start) !== 'online') continue;
      const zone = this.blocks.isMovable(start) ? 3 : this.blocks.kernelZone(start);
      if (this.#offline(start)) {
        gone.push([start, zone]);
        continue;
      }
      const { obstacle } = this.blocks;
      for (const [block, was] of gone) this.blocks.online(block, was);
      const triedBlocks = gone.length + 1;
      return { isGone: false, triedBlocks, releasedFrames: 0, blockedStart: start, obstacle };
    }
    for (const start of starts) this.blocks.remove(start);
    this.#slots.splice(at, 1);
    if (slot.startFrame + slot.frames === this.#nextFrame) this.#nextFrame = slot.startFrame;
    const releasedFrames = this.vm.memory.discard(slot.startFrame, slot.frames);
    return { isGone: true, triedBlocks: gone.length, releasedFrames };
  }

  #offline(start: number): boolean {
    for (let tries = 0; tries < OFFLINE_TRIES; tries += 1) {
      if (this.blocks.offline(start) === 'ok') return true;
      if (this.blocks.obstacle?.kind !== 'user') return false;
    }
    return false;
  }
}

function startsOf(slot: DimmSlot, blockFrames: number): number[] {
  const count = slot.frames / blockFrames;
  return Array.from({ length: count }, (_, at) => slot.startFrame + at * blockFrames);
}
