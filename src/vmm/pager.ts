// Brings the pages of an image to one clone: what its host reads for it, and what is copied where clones do not map the image
// itself. Its work is a device's: it is counted, and the call that waits for it is held up.

import { PAGEBLOCK_FRAMES, THP_ORDER } from '../abi/unit.ts';
import type { OperationName, Operations } from '../cost/index.ts';
import {
  COUNT_HOST_FAULTS,
  COUNT_RELEASED_PAGES,
  COUNT_TEMPLATE_COPIES,
  COUNT_TEMPLATE_MAPS,
  type Core,
  type Counts,
  type FrameSet,
} from '../guest/index.ts';
import type { CountedDevice } from './counted.ts';

export interface PagerConfig {
  /** Clones get copies of what they touch from a handler (userfaultfd), instead of mapping the image's pages. */
  readonly isCopied: boolean;
  /** Adds what a clone has touched to what its host has read. How many frames were read for that. */
  readonly read: (core: Core) => number;
}

export class Pager implements CountedDevice {
  readonly operations: Operations = {};
  exits = 0;
  private readonly _core: Core;
  private readonly _isCopied: boolean;
  private readonly _readers: PagerConfig['read'][];
  private readonly _isLarge: boolean;

  constructor(core: Core, config: PagerConfig) {
    this._core = core;
    this._isCopied = config.isCopied;
    this._readers = [config.read];
    this._isLarge = core.backingOrder === THP_ORDER;
  }

  /** Another image is behind the clone's pages, too. */
  alsoRead(read: PagerConfig['read']): void {
    this._readers.push(read);
  }

  /** Before the guest runs, pages of the image are put in place, read in one go if they are not in memory. Frames. */
  install(frames: FrameSet, isOnDisk: boolean): Operations {
    const { backing } = this._core;
    const before = this._core.privateFrames;
    backing.writeAll(frames);
    const installed = this._core.privateFrames - before;
    return {
      imageInstall4KiB: installed,
      ...(isOnDisk && { imageBulkRead4KiB: installed }),
    };
  }

  /** What was only mapped is copied where nothing is shared. To be called before the core's counters are read. */
  beforeCounts(): void {
    if (this._isCopied && this._core.sharedFrames > 0) this._core.backing.copyMapped();
  }

  /** Takes what the pager did out of what the core counted. */
  take(counts: Counts): void {
    const maps = counts[COUNT_TEMPLATE_MAPS] as number;
    const copies = counts[COUNT_TEMPLATE_COPIES] as number;
    if (maps + copies > 0) {
      const frames = this._readers.reduce((sum, read) => sum + read(this._core), 0);
      this._add(this._isLarge ? 'imageBulkRead4KiB' : 'imageRead4KiB', frames);
    }
    if (this._isCopied) {
      // a page that was mapped is copied later: the copies are all
      counts[COUNT_TEMPLATE_MAPS] = 0;
      if (!this._isLarge) this._move(counts, COUNT_TEMPLATE_COPIES, 'userfaultPage', 1);
    }
    if (!this._isLarge) return;
    this._move(counts, COUNT_TEMPLATE_COPIES, 'imageCopy2MiB', 1);
    this._move(counts, COUNT_HOST_FAULTS, 'hostFault2MiB', 1);
    this._move(counts, COUNT_RELEASED_PAGES, 'hostRelease2MiB', PAGEBLOCK_FRAMES);
  }

  private _move(counts: Counts, slot: number, name: OperationName, unit: number): void {
    this._add(name, (counts[slot] as number) / unit);
    counts[slot] = 0;
  }

  private _add(name: OperationName, times: number): void {
    if (times === 0) return;
    this.operations[name] = (this.operations[name] ?? 0) + times;
    this.exits += 1;
  }
}
