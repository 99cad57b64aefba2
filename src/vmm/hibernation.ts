// A VM that is suspended: all that was its own goes to an image on a disk, over the image that it began with, and its VMM ends. From
// both it is restored later: pages of its own come from the disk when they are touched, or those that it touched after its last
// resume come in one read before it runs (docs/decisions/0069-idle-policies.md).

import type { Operations } from '../cost/index.ts';
import { type Core, type FrameSet, addBoth } from '../guest/index.ts';
import type { Timers } from '../time/index.ts';
import { type CountedDevice, addOperations } from './counted.ts';
import type { HostMemory } from './host.ts';

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
  private readonly _timers: Pick<Timers, 'nowNs'>;
  private readonly _host: Pick<HostMemory, 'measuredFromNs'>;
  /** Frames of the image, and those that the host has in memory since it was written. */
  private _frames: FrameSet = new Uint32Array(0);
  private _read: FrameSet = new Uint32Array(0);
  private _load: ImageLoad = 'lazy';
  private _hasResumed = false;
  /** What the guest had touched between its last resume and the image. */
  private _workingSet: FrameSet | undefined;

  constructor(timers: Pick<Timers, 'nowNs'>, host: Pick<HostMemory, 'measuredFromNs'>) {
    this._timers = timers;
    this._host = host;
  }

  private get _isMeasured(): boolean {
    return this._timers.nowNs >= this._host.measuredFromNs;
  }

  /** The guest is about to be frozen: what it has of its own is written. */
  write(core: Core, load: ImageLoad): void {
    const backed = core.backing.backedFrames();
    const template = core.backing.templateFrames();
    const before = this._frames;
    this._frames = backed.map((word, at) => {
      const others = template[at] as number;
      return (word & ~others) | ((before[at] ?? 0) & others);
    });
    this._read = new Uint32Array(backed.length);
    if (this._hasResumed) this._workingSet = backed;
    this._load = load;
    this.isSuspended = true;
    this.images += 1;
    if (!this._isMeasured) return;
    this.counts.suspends += 1;
    this.counts.writtenFrames += core.privateFrames;
  }

  /** A VMM starts from the image. */
  restore(): void {
    this.isSuspended = false;
    this._hasResumed = true;
    this.exits += 1;
    this._add({ vmmStart: 1, snapshotLoad: 1 });
    if (this._isMeasured) this.counts.resumes += 1;
    if (this._load === 'lazy' || this._workingSet === undefined) return;
    const frames = addBoth(this._read, this._workingSet, this._frames);
    this._add({ imageBulkRead4KiB: frames });
    this._count(frames);
  }

  /** What the guest has touched of the image since the last time is read. How many frames were not in memory. */
  read(core: Core): number {
    const frames = core.backing.noteBacked(this._frames, this._read);
    this._count(frames);
    return frames;
  }

  /** Frames of the image that the guest has mapped and not written since. */
  mappedFrames(core: Core): number {
    return core.sharedFrames === 0 ? 0 : core.backing.countMapped(this._frames);
  }

  private _add(operations: Operations): void {
    addOperations(this.operations, operations);
  }

  private _count(frames: number): void {
    if (this._isMeasured) this.counts.readFrames += frames;
  }
}
