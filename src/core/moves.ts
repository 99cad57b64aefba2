// Moves of pages that the host holds by number (blocks of MOVABLE requests, balloon pages): the
// core logs each one, the host reads them here. Pages of memory objects need no log: their objects
// are right already.

import { GUEST_MOVES_OFFSET } from '../abi/layout.ts';
import type { Instance } from './instance.ts';
import type { Scratch } from './scratch.ts';

/** Hears that the block at `from` is now at `to`. */
export type MoveListener = (from: number, to: number) => void;

export class MoveLog {
  private readonly _instance: Instance;
  private readonly _scratch: Scratch;

  constructor(instance: Instance, scratch: Scratch) {
    this._instance = instance;
    this._scratch = scratch;
  }

  /** Moves that nobody has read. */
  get pending(): number {
    return this._instance.headerWord(GUEST_MOVES_OFFSET);
  }

  /** Reads the log, oldest first, and empties it. Moves read. */
  take(moved: MoveListener): number {
    const { pending } = this;
    const log = this._scratch.moves(pending);
    this._instance.raw.movesClear();
    for (let at = 0; at < log.length; at += 2) moved(log[at] as number, log[at + 1] as number);
    return pending;
  }
}
