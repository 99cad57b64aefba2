// Compiled twice: integer literals only. Migratetypes of Linux 6.12 without CMA (as Debian builds it).

/** The kernel's own memory. */
export const MIGRATE_UNMOVABLE = 0;
/** Memory of processes, page cache. */
export const MIGRATE_MOVABLE = 1;
/** Slab that can be dropped. */
export const MIGRATE_RECLAIMABLE = 2;
/** Types that live on per-cpu lists and may be merged with each other. */
export const MIGRATE_PCPTYPES = 3;
/** Reserved for requests of more than a page that cannot wait. */
export const MIGRATE_HIGHATOMIC = 3;
/** Taken off the allocator, as a range that is to be emptied. */
export const MIGRATE_ISOLATE = 4;
/** How many types there are. */
export const MIGRATE_TYPES = 5;
