// Takes memory from idle containers some time after their last call. The host asks for a message's worth at a time and
// has it after as long as that costs; a call that arrives meanwhile cancels what has not been taken. One round an idle
// period, and at most one event a container in the queue before it, so a warm call costs a comparison.

import { NS_PER_MS } from '../abi/unit.ts';
import type { Counts, ReclaimRound, Operations, ServerlessSystem } from '../serverless/index.ts';
import { COUNT_RELEASED_PAGES, newCounts } from '../serverless/index.ts';
import type { Clock } from '../time/index.ts';
import { EVENT_RECLAIM, EVENT_RECLAIMED, eventOf } from './event.ts';
import { TYPICAL, operationsNs, pagesNs } from './pricing.ts';
import type { Slot, WarmPool } from './warm-pool.ts';

/** Where the replay books what happened. */
export interface IdleBooks {
  /** The host has frames back. */
  taken(reclaim: ReclaimRound, gotFrames: number, counts: Counts): void;
  cancelled(operations: Operations): void;
}

export class IdleReclaimer {
  readonly #ask: NonNullable<ServerlessSystem['reclaimIdle']>;
  readonly #delayMs: number;
  readonly #clock: Clock;
  readonly #pool: WarmPool;
  readonly #books: IdleBooks;
  readonly #counts: Counts = newCounts();

  constructor(
    ask: NonNullable<ServerlessSystem['reclaimIdle']>,
    delayMs: number,
    context: { readonly clock: Clock; readonly pool: WarmPool; readonly books: IdleBooks },
  ) {
    if (!(delayMs >= 0))
      throw new RangeError(`idle reclaim: expected 0 ms or more, found ${delayMs}`);
    this.#ask = ask;
    this.#delayMs = delayMs;
    this.#clock = context.clock;
    this.#pool = context.pool;
    this.#books = context.books;
  }

  /** A container has become idle. An event that is queued already is moved on when it comes. */
  rest(index: number, slot: Slot, nowMs: number): void {
    slot.idleSinceMs = nowMs;
    if (slot.reclaimAtMs === Infinity) this.#arm(index, slot);
  }

  #arm(index: number, slot: Slot): void {
    slot.reclaimAtMs = slot.idleSinceMs + this.#delayMs;
    this.#clock.post(slot.reclaimAtMs, eventOf(EVENT_RECLAIM, index));
  }

  /** Plays one of the two events. Its container may be gone, and its slot another's. */
  play(kind: number, index: number, nowMs: number): void {
    const slot = this.#pool.find(index);
    if (slot === undefined) return;
    if (kind === EVENT_RECLAIM && slot.reclaimAtMs === nowMs) this.#due(index, slot, nowMs);
    if (kind === EVENT_RECLAIMED && slot.reclaimedAtMs === nowMs) this.#done(index, slot, nowMs);
  }

  #due(index: number, slot: Slot, nowMs: number): void {
    slot.reclaimAtMs = Infinity;
    if (!slot.idle) return;
    if (slot.idleSinceMs + this.#delayMs > nowMs) this.#arm(index, slot);
    else this.#begin(index, slot, nowMs);
  }

  #begin(index: number, slot: Slot, nowMs: number): void {
    const reclaim = this.#ask(slot.container);
    if (reclaim === undefined) return;
    const counts = this.#counts;
    counts.fill(0);
    counts[COUNT_RELEASED_PAGES] = reclaim.askedFrames;
    const ns = operationsNs(reclaim.operations, TYPICAL) + pagesNs(counts, TYPICAL);
    slot.reclaim = reclaim;
    slot.reclaimedAtMs = nowMs + ns / NS_PER_MS;
    this.#clock.post(slot.reclaimedAtMs, eventOf(EVENT_RECLAIMED, index));
  }

  #done(index: number, slot: Slot, nowMs: number): void {
    const { reclaim } = slot;
    if (reclaim === undefined) return;
    slot.reclaim = undefined;
    slot.reclaimedAtMs = Infinity;
    const counts = this.#counts;
    counts.fill(0);
    const gotFrames = reclaim.finish(counts);
    this.#books.taken(reclaim, gotFrames, counts);
    this.#begin(index, slot, nowMs);
  }

  /** The container works again, or ends: what has not been taken stays with it. */
  cancel(slot: Slot): void {
    const { reclaim } = slot;
    if (reclaim === undefined) return;
    slot.reclaim = undefined;
    slot.reclaimedAtMs = Infinity;
    reclaim.cancel();
    this.#books.cancelled(reclaim.cancelOperations);
  }
}
