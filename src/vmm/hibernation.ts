// A VM that is suspended: all that was its own goes to an image on a disk, over the image that it began with, and its VMM ends. From
// both it is restored later: pages of its own come from the disk when they are touched, or those that it touched after its last
// resume come in one read before it runs (docs/decisions/0064-idle-policies.md).

import type { Operations } from '../cost/index.ts';
import { type Core, type FrameSet, addBoth } from '../guest/index.ts';
import { type CountedDevice, addOperations } from './counted.ts';

/** How the pages of a suspended VM come back. lazy: one by one. working-set: those that it touched the last time in one read. */
export const IMAGE_LOADS = ['lazy', 'working-set'] as const;

export type ImageLoad = (typeof IMAGE_LOADS)[number];

/** What came of it, in the host's measured time. */
export interface SuspendCounts {
  suspends: number;
  resumes: number;
  writtenFrames: number;
  readFrames: number;
}

export class Hibernation implements CountedDevice {
  readonly operations: Operations = {};
  exits = 0;
  readonly counts: SuspendCounts = { suspends: 0, resumes: 0, writtenFrames: 0, readFrames: 0 };
  isSuspended = false;
  /** How often it was written. */
  images = 0;
  readonly #isMeasured: () => boolean;
  /** Frames of the image, and those that the host has in memory since it was written. */
  #frames: FrameSet = new Uint32Array(0);
  #read: FrameSet = new Uint32Array(0);
  #load: ImageLoad = 'lazy';
  #hasResumed = false;
  /** What the guest had touched between its last resume and the image. */
  #workingSet: FrameSet | undefined;

  constructor(isMeasured: () => boolean) {
    this.#isMeasured = isMeasured;
  }

  /** The guest is about to be frozen: what it has of its own is written. */
  write(core: Core, load: ImageLoad): void {
    const backed = core.backing.backedFrames();
    const template = core.backing.templateFrames();
    const before = this.#frames;
    this.#frames = backed.map((word, at) => {
      const others = template[at] as number;
      return (word & ~others) | ((before[at] ?? 0) & others);
    });
    this.#read = new Uint32Array(backed.length);
    if (this.#hasResumed) this.#workingSet = backed;
    this.#load = load;
    this.isSuspended = true;
    this.images += 1;
    if (!this.#isMeasured()) return;
    this.counts.suspends += 1;
    this.counts.writtenFrames += core.privateFrames;
  }

  /** A VMM starts from the image. */
  restore(core: Core): void {
    this.isSuspended = false;
    this.#hasResumed = true;
    this.exits += 1;
    this.#add({ vmmStart: 1, snapshotLoad: 1 });
    if (this.#isMeasured()) this.counts.resumes += 1;
    if (this.#load === 'lazy' || this.#workingSet === undefined) return;
    const frames = addBoth(this.#read, this.#workingSet, this.#frames);
    this.#add({ imageBulkRead4KiB: frames });
    this.#count(frames);
  }

  /** What the guest has touched of the image since the last time is read. How many frames were not in memory. */
  read(core: Core): number {
    const frames = core.backing.noteBacked(this.#frames, this.#read);
    this.#count(frames);
    return frames;
  }

  /** Frames of the image that the guest has mapped and not written since. */
  mappedFrames(core: Core): number {
    return core.sharedFrames === 0 ? 0 : core.backing.countMapped(this.#frames);
  }

  #add(operations: Operations): void {
    addOperations(this.operations, operations);
  }

  #count(frames: number): void {
    if (this.#isMeasured()) this.counts.readFrames += frames;
  }
}
