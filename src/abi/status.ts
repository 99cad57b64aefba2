// Compiled twice: integer literals only. Results of core calls below zero; zero and above is an answer.

/** No block of the asked order can be had without reclaim. */
export const STATUS_NO_MEMORY = -2;
/** A frame, zone, object or count outside its range: the caller's fault. */
export const STATUS_BAD_ARGUMENT = -3;
/** An unmovable page is in the way (EBUSY). The header says which frame (GUEST_BUSY_PFN_OFFSET). */
export const STATUS_BUSY = -4;
/** A table of the core is full (objects, zones, leaves). */
export const STATUS_TABLE_FULL = -5;
/** A CZone is at its limit. */
export const STATUS_ZONE_LIMIT = -6;
/** The request waits for the guest: reclaim pages, then ask again. */
export const STATUS_NEED_RECLAIM = -7;
/** Not in a state that allows the call (zone dying, block not online). */
export const STATUS_BAD_STATE = -8;
/** Compaction: not suitable now, deferred, or nothing more to do. */
export const STATUS_SKIPPED = -9;
/** A frame is mapped by MAP_COUNT_MAX objects already. */
export const STATUS_TOO_MANY_SHARERS = -10;
/** The log of moves is full: read it, empty it, make the same call again. */
export const STATUS_MOVES_FULL = -11;
/** A CZone is full and grows by request only: its policy decides, then the same call again. */
export const STATUS_ZONE_FULL = -12;
/** A call's pages are not known to be in place: they must be touched one by one. */
export const STATUS_NOT_RESIDENT = -13;
/** On LLFree: what the request got waits until the host has put memory behind it; then the same call again. */
export const STATUS_NEED_INSTALL = -14;
/** kcompactd has moved a batch and goes on later: make the same call again. */
export const STATUS_PAUSED = -15;
