// What a request does when the allocator has no page for it at the min mark, in Linux's order
// (docs/linux-memory.md A.16): kswapd, compaction, direct reclaim, the HIGHATOMIC reserve and the
// per-cpu lists, compaction again, and at the end the OOM notifiers. Faults, requests for pages,
// the balloon and memory that goes offline all come this way. Reclaim takes clean page cache only.

import {
  type Core,
  COMPACT_ASYNC,
  COMPACT_DEFERRED,
  COMPACT_SYNC_LIGHT,
  COSTLY_ORDER,
  GFP_MOVABLE,
  GFP_NORETRY,
  GFP_RETRY_MAYFAIL,
  GFP_THISNODE,
  MIGRATE_MOVABLE,
  MIGRATE_UNMOVABLE,
  STATUS_MOVES_FULL,
  STATUS_NEED_RECLAIM,
  STATUS_NO_MEMORY,
} from '../core/index.ts';
import { type Kswapd, SWAP_CLUSTER_MAX } from './kswapd.ts';

/** Rounds without progress before a request gives up. */
const MAX_RECLAIM_RETRIES = 16;

/** What a guest can do about a shortage, by its owners (GuestMemory). */
export interface Relief {
  readonly core: Core;
  readonly kswapd: Kswapd;
  /** Pages that could be reclaimed. */
  readonly cachedPages: number;
  reclaimDirectly(pages: number): number;
  askRelievers(status: number, cpu: number): boolean;
  notifyOom(): boolean;
  deliverMoves(): number;
}

/** One request on its way through the slow path. */
export interface SlowRequest {
  readonly gfp: number;
  readonly order: number;
  readonly cpu: number;
  /** Makes the request again. Zero or above: served; else a status. */
  readonly attempt: () => number;
  /** First frame of what an attempt was served with. Requests of order 0, which nothing compacts for, need none. */
  readonly head?: (served: number) => number;
}

/**
 * Goes on with a request whose attempt met the status `first`, until it is served or nothing is
 * left to do. The last answer: zero or above, or the status that it ended with.
 */
export function slowPath(memory: Relief, request: SlowRequest, first: number): number {
  let got = first;
  while (got < 0) {
    if (got === STATUS_NEED_RECLAIM) {
      got = reclaimForRequest(memory, request);
      if (got === STATUS_NO_MEMORY) return got;
    } else {
      const helped =
        got === STATUS_MOVES_FULL
          ? memory.deliverMoves() > 0
          : memory.askRelievers(got, request.cpu);
      if (!helped) return got;
      got = request.attempt();
    }
  }
  return got;
}

/** Steps 1 to 8. STATUS_NEED_RECLAIM never comes out: it has become STATUS_NO_MEMORY. */
function reclaimForRequest(memory: Relief, request: SlowRequest): number {
  const { order } = request;
  // kswapd was woken at the low mark, and has had a processor by now
  let got = memory.kswapd.run() > 0 ? request.attempt() : STATUS_NEED_RECLAIM;
  if (got === STATUS_NEED_RECLAIM) got = compactFirst(memory, request);
  for (let idle = 0; got === STATUS_NEED_RECLAIM;) {
    const freed = memory.reclaimDirectly(SWAP_CLUSTER_MAX);
    if (freed > 0) got = attemptAfterReclaim(memory, request);
    if (got === STATUS_NEED_RECLAIM && order > 0) got = compactAndAttempt(memory, request);
    if (got !== STATUS_NEED_RECLAIM) return got;
    if (givesUp(request)) return STATUS_NO_MEMORY;
    idle = freed > 0 && order <= COSTLY_ORDER ? 0 : idle + 1;
    if (idle <= MAX_RECLAIM_RETRIES && memory.cachedPages > 0) continue;
    if (!lastResort(memory, request)) return STATUS_NO_MEMORY;
    idle = 0;
    got = request.attempt();
  }
  return got;
}

/** Reclaim has freed pages. The zonelist; and when that fails the reserve and what the cpus hold, and once more. */
function attemptAfterReclaim(memory: Relief, request: SlowRequest): number {
  const got = request.attempt();
  if (got !== STATUS_NEED_RECLAIM) return got;
  const { pages } = memory.core;
  pages.releaseHighatomic(mobilityOf(request), false);
  pages.drainAll();
  return request.attempt();
}

/** The first compaction, before any reclaim. */
function compactFirst(memory: Relief, request: SlowRequest): number {
  const { gfp, order } = request;
  const isCostly = order > COSTLY_ORDER;
  if (!isCostly && (order === 0 || (gfp & GFP_MOVABLE) !== 0)) return STATUS_NEED_RECLAIM;
  const result = compact(memory, request, COMPACT_ASYNC);
  const got = attemptAfterCompaction(memory, request);
  if (got !== STATUS_NEED_RECLAIM) return got;
  const isHopeless = result < 0 || result === COMPACT_DEFERRED;
  return isCostly && (gfp & GFP_NORETRY) !== 0 && isHopeless ? STATUS_NO_MEMORY : got;
}

function compactAndAttempt(memory: Relief, request: SlowRequest): number {
  const result = compact(memory, request, COMPACT_SYNC_LIGHT);
  return result < 0 ? STATUS_NEED_RECLAIM : attemptAfterCompaction(memory, request);
}

/** A request that is served now ends what earlier failures have put off in that zone. */
function attemptAfterCompaction(memory: Relief, request: SlowRequest): number {
  const got = request.attempt();
  if (got >= 0 && request.head !== undefined) {
    memory.core.compaction.served(request.head(got), request.order);
  }
  return got;
}

/**
 * Direct compaction, again while the log of moves is full; its result, with the moves delivered to
 * whoever holds the pages by number.
 */
function compact(memory: Relief, request: SlowRequest, mode: number): number {
  const { gfp, order, cpu } = request;
  const run = (): number => memory.core.compaction.direct(gfp, order, mode, cpu);
  let result = run();
  while (memory.deliverMoves() > 0 && result === STATUS_MOVES_FULL) result = run();
  return result;
}

/** Whether a request is content with one round. */
function givesUp({ gfp, order }: SlowRequest): boolean {
  if ((gfp & GFP_NORETRY) !== 0) return true;
  return order > COSTLY_ORDER && (gfp & GFP_RETRY_MAYFAIL) === 0;
}

/**
 * Reclaim has come to nothing: the whole HIGHATOMIC reserve, then the OOM notifiers, for requests
 * that may get there. Whether that gave pages.
 */
function lastResort(memory: Relief, request: SlowRequest): boolean {
  if (memory.core.pages.releaseHighatomic(mobilityOf(request), true) > 0) return true;
  if (request.order > COSTLY_ORDER) return false;
  if ((request.gfp & (GFP_RETRY_MAYFAIL | GFP_THISNODE)) !== 0) return false;
  return memory.notifyOom();
}

function mobilityOf({ gfp }: SlowRequest): number {
  return (gfp & GFP_MOVABLE) === 0 ? MIGRATE_UNMOVABLE : MIGRATE_MOVABLE;
}
