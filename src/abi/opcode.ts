// Compiled twice: integer literals only. Commands of the ring; operands in the order given, the result in word 7.

/** gfp, order, cpu, tag -> pfn or status */
export const OP_ALLOC_PAGES = 1;
/** pfn, order, cpu -> 0 or status */
export const OP_FREE_PAGES = 2;
/** object, start, pages, write, cpu -> frames allocated or status */
export const OP_OBJECT_TOUCH = 3;
/** object, start, pages, cpu -> frames freed or status */
export const OP_OBJECT_TRUNCATE = 4;
/** kind, zone, gfp, tag -> object or status */
export const OP_OBJECT_CREATE = 5;
/** object, cpu -> frames freed or status */
export const OP_OBJECT_DESTROY = 6;
/** object, zone, tag, cpu -> object or status */
export const OP_OBJECT_FORK = 7;
/** pfn, frames, write -> 0 */
export const OP_TOUCH_RANGE = 8;
/** pfn, frames -> frames that were backed */
export const OP_RELEASE_RANGE = 9;
/** cpu, zone -> 0: the vmstat worker's turn */
export const OP_PCP_DECAY = 10;
/** 0: every zone */
export const OP_DRAIN_ALL = 11;
