// ACPI DIMM hotplug (docs/linux-memory.md B.4): memory comes and goes in DIMMs of whole 128 MiB blocks. A
// DIMM goes only when every one of its blocks could be taken offline; else all of them are back
// online. The host gets nothing until then.

import { expectRunningVm } from '../attach.ts';
import { HandleEnded, expectInteger, expectMultiple } from '../../check/index.ts';
import type { Operations } from '../../cost/index.ts';
import {
  type FrameRange,
  type HotplugOptions,
  MemoryBlocks,
  type Obstacle,
  unmovableFrames,
} from '../../guest/index.ts';
import type { MicroVm } from '../microvm.ts';
import type { MemoryDevice } from './device.ts';

/**
 * Linux tries for ever until a signal arrives; whoever asks from outside gives up after so many
 * rounds.
 */
const OFFLINE_TRIES = 5;

/** A DIMM that is plugged. */
export interface DimmSlot {
  /** Its first frame. */
  readonly startFrame: number;
  /** Its size. */
  readonly frames: number;
}

/**
 * Why no DIMM could be plugged: the guest's tables have no room behind the last one (its machine was
 * made with too few hotplugFrames), or the guest has no memory for the memmap.
 */
export type DimmRefusal = 'no-room' | 'no-memory';

/** Frames of an address space of 46 bits. */
const SPAN_FRAMES_MAX = 2 ** 34;

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

/** ACPI memory hotplug in a microVM: whole DIMMs come, and go when all of their blocks can be emptied. */
export class Dimms implements MemoryDevice {
  /** The VM that they are plugged into. */
  readonly vm: MicroVm;
  /** The guest's memory blocks of 128 MiB. */
  readonly blocks: MemoryBlocks;
  private readonly _slots: DimmSlot[] = [];
  /** What each has of the VM's address space. */
  private readonly _ranges: Map<DimmSlot, FrameRange> = new Map();
  /** Unmovable frames of DIMMs that were tried in vain. */
  private readonly _blocked: Map<DimmSlot, number> = new Map<DimmSlot, number>();
  private readonly _startFrame: number;
  /** Blocks that `ask` took, and frames that it still owes: they do not fill a DIMM, or none could go. */
  private _askedBlocks = 0;
  private _owedFrames = 0;
  private _pluggedBlocks = 0;
  private _triedBlocks = 0;
  private _insertions = 0;
  private _ejections = 0;

  /**
   * DIMMs are plugged at the lowest place with room from `startFrame` on, a multiple of a block. No timers:
   * nothing here waits.
   */
  constructor(vm: MicroVm, startFrame: number, options: HotplugOptions) {
    expectRunningVm(vm);
    this.vm = vm;
    this.blocks = new MemoryBlocks(vm.guest.memory, options);
    const { blockFrames } = this.blocks;
    this._startFrame = expectMultiple('startFrame', startFrame, blockFrames, 0, SPAN_FRAMES_MAX);
  }

  /** What is plugged, by address. */
  get slots(): readonly DimmSlot[] {
    return this._slots;
  }

  /** Plugs a DIMM of so many blocks, or says why not. */
  plug(blocks: number): DimmSlot | DimmRefusal {
    this.vm.expectRunning();
    const { blockFrames } = this.blocks;
    expectInteger('blocks', blocks, 1, SPAN_FRAMES_MAX / blockFrames);
    const slot = { startFrame: this._placeFor(blocks * blockFrames), frames: blocks * blockFrames };
    if (slot.startFrame + slot.frames > this.vm.guest.core.spanFrames) return 'no-room';
    const range = { start: slot.startFrame, count: slot.frames };
    this.vm.claim('startFrame', range);
    const starts = startsOf(slot, blockFrames);
    for (const [at, start] of starts.entries()) {
      if (this.blocks.add(start)) continue;
      for (const added of starts.slice(0, at)) this.blocks.remove(added);
      this.vm.unclaim(range);
      return 'no-memory';
    }
    for (const start of starts) {
      const zone = this.blocks.zoneByPolicy(start);
      if (zone !== undefined) this.blocks.online(start, zone);
    }
    this._slots.push(slot);
    this._ranges.set(slot, range);
    this._insertions += 1;
    this._pluggedBlocks += blocks;
    return slot;
  }

  private _placeFor(frames: number): number {
    let start = this._startFrame;
    for (const slot of this._slots.toSorted((a, b) => a.startFrame - b.startFrame)) {
      if (slot.startFrame - start >= frames) break;
      start = slot.startFrame + slot.frames;
    }
    return start;
  }

  /** Whole DIMMs, as many as what is owed has room for, the last one plugged first. */
  ask(frames: number): void {
    this.vm.expectRunning();
    expectInteger('frames', frames, 0);
    this._owedFrames += frames;
    for (const slot of this._slots.toReversed()) {
      if (this._owedFrames < slot.frames) return;
      if (!this.unplug(slot).isGone) continue;
      this._owedFrames -= slot.frames;
      this._askedBlocks += slot.frames / this.blocks.blockFrames;
    }
  }

  /** A DIMM of one block for each that was taken, as far as there is room. */
  giveBack(): void {
    this.vm.expectRunning();
    this._owedFrames = 0;
    while (this._askedBlocks > 0 && typeof this.plug(1) !== 'string') this._askedBlocks -= 1;
  }

  get operations(): Operations {
    return { dimmPlugBlock: this._pluggedBlocks, dimmOfflineBlock: this._triedBlocks };
  }

  /**
   * Of ACPI's registers only those that must be written: the outcome of each try, each ejection, and
   * each insertion that is acknowledged.
   */
  get exits(): number {
    return this._triedBlocks + this._ejections + this._insertions;
  }

  get unmovableFrames(): number {
    return [...this._blocked.values()].reduce((sum, frames) => sum + frames, 0);
  }

  /** Asks the guest to give a DIMM up: all of its blocks or none. */
  unplug(slot: DimmSlot): DimmUnplug {
    this.vm.expectRunning();
    const outcome = this._tryUnplug(slot);
    this._triedBlocks += outcome.triedBlocks;
    if (outcome.isGone) {
      this._ejections += 1;
      this._blocked.delete(slot);
    } else {
      const { core } = this.vm.guest;
      this._blocked.set(slot, unmovableFrames(core, slot.startFrame, slot.frames));
    }
    return outcome;
  }

  private _tryUnplug(slot: DimmSlot): DimmUnplug {
    const at = this._slots.indexOf(slot);
    if (at < 0) throw new HandleEnded('the DIMM', 'it is not plugged');
    const starts = startsOf(slot, this.blocks.blockFrames);
    const gone: [number, number][] = [];
    for (const start of starts) {
      if (this.blocks.stateOf(start) !== 'online') continue;
      const zone = this.blocks.isMovable(start) ? 3 : this.blocks.kernelZone(start);
      if (this._offline(start)) {
        gone.push([start, zone]);
        continue;
      }
      const { obstacle } = this.blocks;
      for (const [block, was] of gone) this.blocks.online(block, was);
      const triedBlocks = gone.length + 1;
      return { isGone: false, triedBlocks, releasedFrames: 0, blockedStart: start, obstacle };
    }
    for (const start of starts) this.blocks.remove(start);
    this._slots.splice(at, 1);
    this._release(slot);
    const releasedFrames = this.vm.memory.discard(slot.startFrame, slot.frames);
    return { isGone: true, triedBlocks: gone.length, releasedFrames };
  }

  private _release(slot: DimmSlot): void {
    const range = this._ranges.get(slot);
    if (range !== undefined) this.vm.unclaim(range);
    this._ranges.delete(slot);
  }

  private _offline(start: number): boolean {
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
