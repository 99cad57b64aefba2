// A call that may move pages, made as a host makes it: the log of moves is read whenever it fills up.

import { type Core, type MoveListener, STATUS_MOVES_FULL } from '../../src/core/index.ts';

/** Makes the call again as often as the log filled up. Its answer. */
export function withMoves(core: Core, call: () => number, moved: MoveListener): number {
  for (;;) {
    const answer = call();
    const moves = core.moves.take(moved);
    if (answer !== STATUS_MOVES_FULL || moves === 0) return answer;
  }
}
