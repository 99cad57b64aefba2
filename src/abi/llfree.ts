// Compiled twice: integer literals only. LLFree's tables in the memory of its module (assembly/llfree), as the host reads them.

// ---- rules: which of LLFree's allocators ----
/** Today's, classes 0 small and 1 huge. */
export const LLFREE_SIMPLE = 0;
/** Today's, classes 0 unmovable, 1 movable and 2 huge: what Linux gets. */
export const LLFREE_MOVABLE = 1;
/** HyperAlloc's artifact: kinds 0 fixed, 1 movable, 2 huge; frames that the monitor has evicted. */
export const LLFREE_KINDS = 2;
/** The same, and a tree's evicted huge frames are used last. */
export const LLFREE_KINDS_INSTALLED = 3;

// ---- how large an allocator may be ----
/** Frame numbers are answers: they stay below the sign. */
export const LLFREE_FRAMES_MOST = 1073741824;
export const LLFREE_CPUS_MOST = 4096;
/** A tree has up to 2^this huge frames; with kinds its count has 13 bits. */
export const LLFREE_TREE_SHIFT_MOST = 9;
export const LLFREE_KINDS_TREE_SHIFT_MOST = 3;

// ---- what memory holds at first ----
export const LLFREE_ALL_FREE = 0;
export const LLFREE_ALL_ALLOCATED = 1;

// ---- the header: where the tables lie ----
export const LLFREE_BASE = 4096;
export const LLFREE_BYTES = 128;
export const LLFREE_FRAMES_OFFSET = 0;
export const LLFREE_TREES_OFFSET = 4;
export const LLFREE_FIELDS_OFFSET = 8;
export const LLFREE_ENTRIES_OFFSET = 12;
export const LLFREE_TREE_WORDS_OFFSET = 16;
export const LLFREE_SLOTS_OFFSET = 20;
export const LLFREE_END_OFFSET = 24;
export const LLFREE_CPUS_OFFSET = 28;
export const LLFREE_CLASSES_OFFSET = 32;
/** Class of the last block got. */
export const LLFREE_RESULT_CLASS_OFFSET = 36;
/** 1: the host must install the huge frame of the last block got, or had taken the one last reclaimed. */
export const LLFREE_RESULT_EVICTED_OFFSET = 40;
/** A tree has 2^this huge frames. */
export const LLFREE_TREE_SHIFT_OFFSET = 44;

// ---- a line of a processor's cache: what each table is a multiple of ----
export const LLFREE_LINE_BYTES = 64;

// ---- bit fields: a line a huge frame, one bit a frame, rows of 64 ----
export const LLFREE_ROW_SHIFT = 6;

// ---- huge entries: 16 bits a huge frame ----
export const LLFREE_ENTRY_FREE = 16383;
export const LLFREE_ENTRY_EVICTED = 16384;
export const LLFREE_ENTRY_HUGE = 32768;

// ---- tree entries: free below, then reserved, then the class: 32 bits today, 16 with kinds ----
export const LLFREE_FREE_BITS = 28;
export const LLFREE_KINDS_FREE_BITS = 13;

// ---- slots: a word of 2 * free + present, and a row ----
export const LLFREE_SLOT_BYTES = 8;
/** Before today's slots: where each class's begin. */
export const LLFREE_SLOTS_HEAD_BYTES = 256;
