// Compiled twice: integer literals only. CZones: states, policies, and the zone fields that only they use.

// ---- state of a zone (ZONE_STATE_OFFSET); kernel zones have 0 ----
/** It has an owner and hands out pages. */
export const CZONE_ACTIVE = 1;
/** Its owner is gone; blocks stay while somebody else maps, or the host looks at, frames of theirs. */
export const CZONE_DYING = 2;

// ---- what happens to a request when the zone is at its limit (ZONE_POLICY_OFFSET) ----
/** The request fails: STATUS_ZONE_LIMIT, and the guest kills inside the zone. */
export const CZONE_LIMIT_OOM = 0;
/** The limit is raised a block at a time as long as the pool has blocks. */
export const CZONE_LIMIT_GROW = 1;
/** The page comes from the kernel's MOVABLE zonelist and is freed there. */
export const CZONE_LIMIT_BORROW = 2;

// ---- where a zone's next blocks come from when the one behind its last is taken ----
/** The lowest run of free blocks that is long enough. */
export const CZONE_PLACE_FIRST = 0;
/** The shortest run that is long enough for what is asked, the lowest of equals. */
export const CZONE_PLACE_BEST = 1;
/** The same, long enough for all that the zone may still become. */
export const CZONE_PLACE_ROOM = 2;

/** czoneSetLimits: do not grow on demand, answer STATUS_ZONE_FULL so that the guest's policy decides. */
export const CZONE_GROW_ASK = 0;

// ---- fields of a zone that only CZones use ----
export const ZONE_POLICY_OFFSET = 208; // CZONE_LIMIT_*
export const ZONE_OUTSIDE_OFFSET = 212; // entries of its objects that name frames elsewhere
export const ZONE_FIRST_OBJECT_OFFSET = 216; // its objects, a list through them
export const ZONE_RECLAIMING_OFFSET = 220; // frames off the lists while the host releases them
export const ZONE_PEAK_BLOCKS_OFFSET = 228; // most blocks it ever held
export const ZONE_GROW_BLOCKS_OFFSET = 232; // blocks added at a time on demand
export const ZONE_OBJECT_FRAMES_OFFSET = 236; // its frames that objects map

// ---- what czonePoolStat tells ----
export const POOL_PLUGGED_BLOCKS = 0; // in the pool or in a zone
export const POOL_FREE_BLOCKS = 1;
export const POOL_FREE_RUNS = 2;
export const POOL_LARGEST_RUN = 3; // blocks
export const POOL_WARM_BLOCKS = 4; // free ones that may have host memory behind them

/** Ranges that one call may leave in the scratch area, {start, frames} each. */
export const CZONE_RANGES_MAX = 512;
