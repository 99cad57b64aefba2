// Compiled twice: integer literals only. Commands of a compiled recording (src/recording/program/program.ts says what each does).

export const PROGRAM_POP = 1;
export const PROGRAM_REFILL = 2;
export const PROGRAM_TAKE = 3;
export const PROGRAM_FREE = 4;
export const PROGRAM_DRAIN = 5;
export const PROGRAM_BULK = 6;
export const PROGRAM_REQUEST = 16;
export const PROGRAM_REQUEST_BULK = 17;
export const PROGRAM_RELEASE = 18;
export const PROGRAM_DECAY = 19;
export const PROGRAM_DRAIN_ALL = 20;
export const PROGRAM_RECLAIM = 21;
export const PROGRAM_AGAIN = 22;
export const PROGRAM_REFUSED = 23;
export const PROGRAM_ONLINE = 32;
export const PROGRAM_RETUNE = 33;
export const PROGRAM_ISOLATE = 34;
export const PROGRAM_CLAIM_RANGE = 35;
export const PROGRAM_UNISOLATE = 36;
export const PROGRAM_OFFLINE = 37;
export const PROGRAM_TAKE_FREE = 38;
export const PROGRAM_SCAN_BEGIN = 39;
export const PROGRAM_SCAN_BATCH = 40;
export const PROGRAM_SCAN_TAKE = 41;
export const PROGRAM_SCAN_RETURN = 42;
export const PROGRAM_SCAN_LEAVE = 43;
export const PROGRAM_SCAN_END = 44;
export const PROGRAM_CAPTURE = 45;
export const PROGRAM_PUT_BACK = 46;
export const PROGRAM_SCAN_SEARCH = 47;
export const PROGRAM_SCAN_HOLD = 48;
export const PROGRAM_SCAN_SETTLE = 49;
export const PROGRAM_RAISE = 50;
export const PROGRAM_VICTIM = 51;

export const PROGRAM_COMMAND_WORDS = 4;
export const PROGRAM_COMMAND_BYTES = 16;

export const DRAIN_CONTINUE = 0;
export const DRAIN_FROM_ZERO = 1;
export const DRAIN_FROM_FREED = 2;
export const FREE_DIRECT = 1;
// Type field of OFFLINE: frames leave the allocator's care; they are no memory any more; they come back.
export const OFFLINE_LEAVES = 0;
export const OFFLINE_GONE = 1;
export const OFFLINE_RETURNS = 2;
// Operand of DRAIN_ALL: whose lists.
export const DRAIN_ALL_ZONES = 0;
export const DRAIN_ZONE = 1;
export const DRAIN_CPU_ZONE = 2;
// Operand of RECLAIM: kswapd's run ends or begins; it sleeps until it is woken.
export const RECLAIM_ENDS = 0;
export const RECLAIM_BEGINS = 1;
export const RECLAIM_SLEEPS = 2;
export const HINT_CLAIM = 1;
export const HINT_STEAL = 2;
export const HINT_ORDER_SHIFT = 4;

// Type field of the SCAN commands: slot | flags << 2.
export const SCAN_SLOTS = 4;
export const SCAN_SLOT_MASK = 3;
export const SCAN_FLAGS_SHIFT = 2;
export const SCAN_ASYNC = 1;
/** Sources are looked for in order only: a direct run for pages that do not move. */
export const SCAN_IN_ORDER = 2;
/** Operand of SCAN_BATCH: pages, and whether the batch took the last ones of its pageblock. */
export const SCAN_PAGES_MASK = 65535;
export const SCAN_BLOCK_DONE = 65536;

/** Where the kernel's block was when the prediction was wrong. */
export const RESYNC_BUDDY = 1;
export const RESYNC_SPLIT = 2; // cut out of a larger free block
export const RESYNC_PCP = 3;
export const RESYNC_IN_USE = 4; // not free at all: nothing could be moved

// The log that a run leaves behind the commands: records of 3 words {kind | command << 2, frame, RESYNC_*}.
export const LOG_MISMATCH = 0;
export const LOG_REFILL = 1;
export const LOG_DRAIN = 2;
export const LOG_PLACE = 3; // a place that compaction took and the core had not
export const LOG_RECORD_BYTES = 12;

// What a replay remembers from command to command lies where other hosts keep their moves (SCRATCH_MOVES_OFFSET): a core
// that replays a recording moves nothing for its host. Offsets from there.
export const PROGRAM_WRONG_OFFSET = 0; // 8 KiB: last wrong predictions
export const PROGRAM_SCANS_OFFSET = 8192; // runs of compaction
export const PROGRAM_LISTS_OFFSET = 8832; // 2 bytes for each CPU and zone
export const PROGRAM_REPLAY_OFFSET = 10880; // last free, bytes of log, boosts that kswapd saw
export const PROGRAM_CPUS_MAX = 256;
