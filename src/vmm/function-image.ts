// The image of a function: a VM frozen when its function's process was ready for calls, and what holds its pages for clones.

import { bound } from '../graph/index.ts';
import type { Operations } from '../cost/index.ts';
import { type Core, type FrameSet, type GuestImage } from '../guest/index.ts';
import {
  CAUSE_HOST_CACHE,
  CAUSE_PAGE_TABLES,
  CAUSE_VMM,
  type HostMemory,
  newAccount,
} from './host.ts';
import type { VmmFootprint } from './account.ts';
import { Pager } from './pager.ts';
import { type Opened, Template, wholeImage } from './template.ts';

/**
 * What holds an image. memory: a file in memory, from its first clone on. disk: a file on a disk; the host has what it has
 * read of it, as long as clones map it. parent: the frozen VM itself, as long as it has clones.
 */
export type ImageKeeper = (typeof IMAGE_KEEPERS)[number];
export const IMAGE_KEEPERS = ['memory', 'disk', 'parent'] as const;

export interface ImageOptions {
  readonly keeper: ImageKeeper;
  /** Clones have pages of their own from a handler (userfaultfd), instead of mapping the image's. */
  readonly isCopied: boolean;
  /** What starting a clone takes besides memory, by step. */
  readonly startOperations: Readonly<Record<string, Operations>>;
}

export class FunctionImage extends Template {
  private readonly _options: ImageOptions;
  private readonly _vmm: VmmFootprint;
  private readonly _frames: FrameSet;
  /** Frames that the host has read from its disk. */
  private readonly _read: FrameSet;
  private _readFrames = 0;
  private _isKept = false;
  private _workingSet: FrameSet | undefined;

  constructor(image: GuestImage, host: HostMemory, vmm: VmmFootprint, options: ImageOptions) {
    super(image, host, options.startOperations);
    this._options = options;
    this._vmm = vmm;
    this._frames = image.frozen?.frames ?? new Uint32Array(0);
    this._read = new Uint32Array(this._frames.length);
  }

  override hold(): void {
    this._isKept = true;
    super.hold();
  }

  /** Whether clones find a recorded working set. */
  get isRecorded(): boolean {
    return this._workingSet !== undefined;
  }

  /** What a clone has touched so far is what the next ones have in place when they start. */
  record(core: Core): void {
    const set = new Uint32Array(this._frames.length);
    core.backing.noteBacked(this._frames, set);
    this._workingSet = set;
  }

  override open(core: Core): Opened {
    const operations = this.startOperations;
    const { isCopied, keeper } = this._options;
    const isOnDisk = keeper === 'disk';
    if (!isCopied && !isOnDisk && core.backingOrder === 0) return { operations };
    const pager = new Pager(core, { isCopied, read: bound(this, this._noteRead) });
    if (this._workingSet === undefined) return { operations, pager };
    const installed = pager.install(this._workingSet, isOnDisk);
    // the working set is read past the host's cache, and nobody asks for its pages again
    core.backing.noteBacked(this._workingSet, this._read);
    return {
      operations: { ...operations, clone: { ...operations['clone'], ...installed } },
      pager,
    };
  }

  private _noteRead(core: Core): number {
    if (this._options.keeper !== 'disk') return 0;
    const frames = core.backing.noteBacked(this._frames, this._read);
    this._readFrames += frames;
    if (frames > 0) this.settle();
    return frames;
  }

  protected override account(): Float64Array {
    const { keeper, isCopied } = this._options;
    if (keeper === 'memory') return this._isKept ? wholeImage(this.image) : newAccount();
    if (this.clones === 0) return newAccount();
    if (keeper === 'parent') return this._parent();
    const account = newAccount();
    // what clones map; what a handler reads for them is available memory
    if (!isCopied && this.runningClones > 0) account[CAUSE_HOST_CACHE] = this._readFrames;
    return account;
  }

  private _parent(): Float64Array {
    const account = wholeImage(this.image);
    const tables = this.image.backedFrames * this._vmm.tableFramesPerFrame;
    account[CAUSE_VMM] = this._vmm.processFrames;
    account[CAUSE_PAGE_TABLES] = (account[CAUSE_PAGE_TABLES] as number) + tables;
    return account;
  }
}
