// Compiled twice: integer literals only. Rules that verifyAll() checks; src/core/verify.ts says each in a sentence.

// free lists
export const RULE_LIST_LINK = 1;
export const RULE_LIST_STATE = 2;
export const RULE_LIST_ZONE = 3;
export const RULE_LIST_TYPE = 4;
export const RULE_LIST_ALIGNMENT = 5;
export const RULE_FRAME_TWICE = 6;
export const RULE_ORDER_MASK = 7;
export const RULE_FREE_BY_ORDER = 8;
export const RULE_FREE_COUNT = 9;
export const RULE_FREE_HIGHATOMIC = 10;
export const RULE_UNMERGED = 11;
export const RULE_REPORTED = 12;
export const RULE_ISOLATED_BLOCKS = 13;

// per-cpu lists and the balloon
export const RULE_PCP_MEMBER = 16;
export const RULE_PCP_COUNT = 17;
export const RULE_BALLOON_LIST = 18;
export const RULE_BALLOON_COUNT = 19;

// every frame
export const RULE_FRAME_NOWHERE = 24;
export const RULE_BLOCK_INTERIOR = 25;
export const RULE_FRAME_ZONE = 26;
export const RULE_PRESENT = 27;
export const RULE_MANAGED = 28;
export const RULE_BACKED_COUNT = 29;
export const RULE_SHARED_COUNT = 30;

// memory objects
export const RULE_OBJECT_ENTRY = 32;
export const RULE_OBJECT_RECORD = 33;
export const RULE_MAP_COUNT = 34;
export const RULE_OBJECT_PAGES = 35;
export const RULE_OBJECT_ENTRIES = 36;
export const RULE_WRITE_PROTECTED = 37;
export const RULE_KIN = 38;
export const RULE_OBJECT_ZONE = 39;
export const RULE_OBJECT_COUNT = 40;
export const RULE_NODES = 41;
export const RULE_MEMO_READ = 42;
export const RULE_MEMO_WRITTEN = 43;

// CZones
export const RULE_CZONE_CHAIN = 48;
export const RULE_CZONE_BLOCKS = 49;
export const RULE_CZONE_SIZE = 50;
export const RULE_CZONE_STRAY = 51;
export const RULE_CZONE_POOL = 52;
export const RULE_CZONE_BACKED_FREE = 54;
export const RULE_CZONE_SHARED_OUT = 55;
export const RULE_CZONE_OUTSIDE = 56;
export const RULE_CZONE_OBJECTS = 57;
export const RULE_CZONE_RECLAIMING = 58;
export const RULE_CZONE_FOREIGN_WRITE = 59;
export const RULE_CZONE_DYING = 60;
export const RULE_LLFREE_ENTRY = 61;
export const RULE_LLFREE_TREE = 62;
