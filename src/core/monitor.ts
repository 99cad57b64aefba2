// What HyperAlloc's host does to a guest on LLFree: it reads the guest's tables and takes huge frames that they call free. Answers
// are zero or above, a STATUS_* below. What was taken is for the host to remember.

import { expectWords } from '../check/index.ts';
import type { LlfreeGuestExports } from './exports.ts';
import type { Instance } from './instance.ts';

const RECLAIM = 'monitor.reclaim zone';
const GIVE_BACK = 'monitor.giveBack pfn';
const INSTALL = 'monitor.install pfn';

export class Monitor {
  private readonly _instance: Instance;

  /** The instance is of a build with LLFree. */
  constructor(instance: Instance) {
    this._instance = instance;
  }

  private get _raw(): LlfreeGuestExports {
    return this._instance.raw as LlfreeGuestExports;
  }

  /** The next huge frame of a zone that is free and in no reserved tree: taken softly, or so that it looks allocated. */
  reclaim(zone: number, isHard: boolean): number {
    expectWords(RECLAIM, zone);
    return this._raw.monitorReclaim(zone, isHard ? 1 : 0);
  }

  /** What was taken hard is free again, without memory. */
  giveBack(pfn: number): number {
    expectWords(GIVE_BACK, pfn);
    return this._raw.monitorReturn(pfn);
  }

  /** Memory is behind a huge frame again. Frames that had none. */
  install(pfn: number): number {
    expectWords(INSTALL, pfn);
    return this._raw.monitorInstall(pfn);
  }
}
