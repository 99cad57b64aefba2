// Compiled twice: integer literals only. Rules that verifyAll() checks; src/core/verify.ts says each in a sentence.

// free lists
/** Links of a list lead from head to tail and back (frame). */
export const RULE_LIST_LINK = 1;
/** A member of a free list is marked free with the order of the list (frame). */
export const RULE_LIST_STATE = 2;
/** A member of a list lies in a pageblock of the zone of the list (frame). */
export const RULE_LIST_ZONE = 3;
/** A free block is on the list of the type of its pageblock (frame). */
export const RULE_LIST_TYPE = 4;
/** A block is aligned to its size (frame). */
export const RULE_LIST_ALIGNMENT = 5;
/** A frame is in one place only (frame). */
export const RULE_FRAME_TWICE = 6;
/** The mask of non-empty orders says which lists have members (list head). */
export const RULE_ORDER_MASK = 7;
/** nr_free is the number of free blocks of the order (order). */
export const RULE_FREE_BY_ORDER = 8;
/** NR_FREE_PAGES is what the free lists hold, ISOLATE apart (zone start). */
export const RULE_FREE_COUNT = 9;
/** The free highatomic count is what its lists hold (zone start). */
export const RULE_FREE_HIGHATOMIC = 10;
/** Two free buddies of mergeable types are merged (frame). */
export const RULE_UNMERGED = 11;
/** Only free blocks of the reporting order or more are reported (frame). */
export const RULE_REPORTED = 12;
/** The count of isolated pageblocks is how many there are (zone). */
export const RULE_ISOLATED_BLOCKS = 13;

// per-cpu lists and the balloon
/** A member of a per-cpu list is marked so, with the order of the list (frame). */
export const RULE_PCP_MEMBER = 16;
/** The per-cpu count is the number of frames on the lists (cpu). */
export const RULE_PCP_COUNT = 17;
/** A member of the list of the balloon is a balloon page (frame). */
export const RULE_BALLOON_LIST = 18;
/** Balloon pages are on its list or in limbo, and counted (frame). */
export const RULE_BALLOON_COUNT = 19;

// every frame
/** A frame is on the list that its mark names, or inside a block (frame). */
export const RULE_FRAME_NOWHERE = 24;
/** Only the head of a block says anything (frame). */
export const RULE_BLOCK_INTERIOR = 25;
/** Memory lies in a zone and inside its span (frame). */
export const RULE_FRAME_ZONE = 26;
/** Present is the number of frames of the zone that are memory (zone start). */
export const RULE_PRESENT = 27;
/** Managed is present less reserved, offline and ballooned (zone start). */
export const RULE_MANAGED = 28;
/** The backed count is the number of bits set. */
export const RULE_BACKED_COUNT = 29;
/** The shared count is the number of backed frames of the template. */
export const RULE_SHARED_COUNT = 30;

// memory objects
/** An entry of an object names a frame marked as page of an object (frame). */
export const RULE_OBJECT_ENTRY = 32;
/** The record of an object page leads back to its entry (frame). */
export const RULE_OBJECT_RECORD = 33;
/** The map count of a page is the number of entries that name it (frame). */
export const RULE_MAP_COUNT = 34;
/** The pages of an object are as many as its table holds (object). */
export const RULE_OBJECT_PAGES = 35;
/** No entry lies past the end of its object (object). */
export const RULE_OBJECT_ENTRIES = 36;
/** A page mapped more than once is write-protected everywhere (frame). */
export const RULE_WRITE_PROTECTED = 37;
/** Kin form a ring of live objects (object). */
export const RULE_KIN = 38;
/** An object that was never forked has its pages in its zone (frame). */
export const RULE_OBJECT_ZONE = 39;
/** Objects are live and counted, or on the list of free ones (object). */
export const RULE_OBJECT_COUNT = 40;
/** Nodes are in one table and counted, or on the list of free ones (node). */
export const RULE_NODES = 41;
/** A page that a memo claims is there, with host memory (object). */
export const RULE_MEMO_READ = 42;
/** A page that a memo claims to be written is writable and private (object). */
export const RULE_MEMO_WRITTEN = 43;

// CZones
/** The blocks of a CZone form one chain (frame). */
export const RULE_CZONE_CHAIN = 48;
/** The block count of a CZone is the length of its chain (zone). */
export const RULE_CZONE_BLOCKS = 49;
/** A CZone has the frames of its blocks, within its limit (zone). */
export const RULE_CZONE_SIZE = 50;
/** Every pageblock of a CZone is in its chain (zone). */
export const RULE_CZONE_STRAY = 51;
/** Blocks of the pool are chained, empty and in no zone (frame). */
export const RULE_CZONE_POOL = 52;
/** A CZone counts its free frames with host memory (zone). */
export const RULE_CZONE_BACKED_FREE = 54;
/** A CZone counts what others map of its frames (zone). */
export const RULE_CZONE_SHARED_OUT = 55;
/** An object and its CZone count what they map elsewhere (object or zone). */
export const RULE_CZONE_OUTSIDE = 56;
/** A CZone lists its objects and counts their frames (zone or object). */
export const RULE_CZONE_OBJECTS = 57;
/** Frames that the host is releasing are isolated (zone). */
export const RULE_CZONE_RECLAIMING = 58;
/** A frame of a CZone is mapped by another owner only write-protected (frame). */
export const RULE_CZONE_FOREIGN_WRITE = 59;
/** A dying CZone has no objects and some frame that is still in use (zone). */
export const RULE_CZONE_DYING = 60;
/** A huge entry counts the frames that its field has free (frame). */
export const RULE_LLFREE_ENTRY = 61;
/** A tree and its slot count what its entries do (zone start). */
export const RULE_LLFREE_TREE = 62;
