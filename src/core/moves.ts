// Moves of pages that the host holds by number (raw MOVABLE blocks, balloon pages): the core logs each one, the host reads
// them here. Pages of memory objects need no log: their objects are right already.

import { GUEST_MOVES_OFFSET, GUEST_SCRATCH_OFFSET, SCRATCH_MOVES_OFFSET } from '../abi/layout.ts';
import { STATUS_MOVES_FULL } from '../abi/status.ts';
import type { Core } from './core.ts';

/** Hears that the block at `from` is now at `to`. */
export type MoveListener = (from: number, to: number) => void;

/** Reads the log of moves, oldest first, and empties it. Moves read. */
export function takeMoves(core: Core, moved: MoveListener): number {
  const count = core.headerWord(GUEST_MOVES_OFFSET);
  const first = (core.headerWord(GUEST_SCRATCH_OFFSET) + SCRATCH_MOVES_OFFSET) >> 2;
  const log = core.words.slice(first, first + count * 2);
  core.raw.movesClear();
  for (let at = 0; at < log.length; at += 2) moved(log[at] as number, log[at + 1] as number);
  return count;
}

/** Makes a call that may move pages, again as often as the log of moves filled up. Its answer. */
export function withMoves(core: Core, call: () => number, moved: MoveListener): number {
  for (;;) {
    const answer = call();
    const moves = takeMoves(core, moved);
    if (answer !== STATUS_MOVES_FULL || moves === 0) return answer;
  }
}
