// A page request of any order with the whole slow path behind it, in Linux's order
// (docs/linux-memory.md A.16): the core tries the low and the min mark; then direct compaction,
// direct reclaim, the HIGHATOMIC reserve and the per-cpu lists, compaction again, and the OOM
// notifiers. Reclaim takes clean page cache only, as everywhere in these guests.

import {
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
  STATUS_NEED_RECLAIM,
  STATUS_NO_MEMORY,
} from '../core/index.ts';
import type { GuestMemory } from './memory.ts';
import { SWAP_CLUSTER_MAX } from './pressure.ts';

/** Rounds without progress before a request gives up. */
const MAX_RECLAIM_RETRIES = 16;

/** One request on its way through the slow path. */
interface Request {
  readonly memory: GuestMemory;
  readonly gfp: number;
  readonly order: number;
  readonly cpu: number;
}

function attempt({ memory, gfp, order, cpu }: Request): number {
  return memory.core.pages.alloc(gfp, order, cpu);
}

/** Direct compaction; its result, with the moves delivered to whoever holds the pages by number. */
function compact({ memory, gfp, order, cpu }: Request, mode: number): number {
  const result = memory.core.compaction.direct(gfp, order, mode, cpu);
  memory.deliverMoves();
  return result;
}

/**
 * 32 pages of cache, and when that does not serve the request: the reserve and what the cpus hold.
 * Pages freed.
 */
function reclaim(request: Request): { got: number; freed: number } {
  const { memory, gfp } = request;
  const freed = memory.shrink(SWAP_CLUSTER_MAX);
  const got = attempt(request);
  if (got >= 0) return { got, freed };
  const type = (gfp & GFP_MOVABLE) === 0 ? MIGRATE_UNMOVABLE : MIGRATE_MOVABLE;
  memory.core.pages.releaseHighatomic(type, false);
  memory.core.pages.drainAll();
  return { got: attempt(request), freed };
}

/**
 * The first compaction, before any reclaim. A status below zero other than NEED_RECLAIM ends the
 * request.
 */
function compactFirst(request: Request): number {
  const { gfp, order } = request;
  const costly = order > COSTLY_ORDER;
  if (!costly && (order === 0 || (gfp & GFP_MOVABLE) !== 0)) return STATUS_NEED_RECLAIM;
  const result = compact(request, COMPACT_ASYNC);
  const got = attempt(request);
  if (got >= 0) return got;
  const hopeless = result < 0 || result === COMPACT_DEFERRED;
  if (costly && (gfp & GFP_NORETRY) !== 0 && hopeless) return STATUS_NO_MEMORY;
  return STATUS_NEED_RECLAIM;
}

/** The OOM notifiers' turn, for requests that may get there. Whether any gave pages. */
function notifyOom({ memory, gfp, order }: Request): boolean {
  if (order > COSTLY_ORDER || (gfp & (GFP_RETRY_MAYFAIL | GFP_THISNODE)) !== 0) return false;
  return memory.notifyOom();
}

/**
 * Allocates 2^order frames for a mask. The head frame, or STATUS_NO_MEMORY when the slow path has
 * come to its end: in a real kernel the OOM killer's turn, or the caller's to do without.
 */
export function requestPages(memory: GuestMemory, gfp: number, order: number, cpu = 0): number {
  const request: Request = { memory, gfp, order, cpu };
  let got = attempt(request);
  if (got !== STATUS_NEED_RECLAIM) return got;
  got = compactFirst(request);
  const costly = order > COSTLY_ORDER;
  for (let idle = 0; got === STATUS_NEED_RECLAIM && idle <= MAX_RECLAIM_RETRIES;) {
    const round = reclaim(request);
    got = round.got;
    if (got >= 0) return got;
    if (order > 0 && compact(request, COMPACT_SYNC_LIGHT) >= 0) got = attempt(request);
    if (got >= 0) return got;
    if ((gfp & GFP_NORETRY) !== 0) return STATUS_NO_MEMORY;
    if (costly && (gfp & GFP_RETRY_MAYFAIL) === 0) return STATUS_NO_MEMORY;
    idle = round.freed > 0 && !costly ? 0 : idle + 1;
    if (idle > MAX_RECLAIM_RETRIES && notifyOom(request)) idle = 0;
  }
  return got >= 0 ? got : STATUS_NO_MEMORY;
}
