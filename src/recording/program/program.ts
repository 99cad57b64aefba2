// The compiled form of a recording: what the allocator is asked to do, event by event, as a flat
// Uint32Array that an AllocatorPort (the Wasm core, or the model in test/) executes in chunks.
//
// A command is four words:
//   word 0   op | order << 8 | type << 12 | zone << 16 | cpu << 24
//   word 1   frame: what the kernel chose (OP_REQUEST and the like), or what is freed; see below
//   word 2   operand
//   word 3   number of the trace event it came from (the port does not look at it)
// zone: index in ZONE_NAMES. type: migratetype.
//
// Guided ops: the trace says when lists refill and drain, the port says which frames.
//   POP        take the head of per-cpu list (zone, cpu, order, type). Predicts word 1.
//   REFILL     take one block of (order, type) from the zone's buddy lists, append it to the TAIL of
//              its per-cpu list. Predicts word 1. operand: HINT_*.
//   TAKE       the same, but the block goes to the caller. Predicts word 1. operand: HINT_*.
//   FREE       free block word 1 of `order`: onto the HEAD of the per-cpu list of its pageblock's
//              type (HIGHATOMIC goes to MOVABLE) if the order has such a list (0..3, 9), else, or if
//              the pageblock is ISOLATE, or operand is FREE_DIRECT, to the buddy lists. No drain.
//              Remembers the list as the zone's "last freed list".
//   DRAIN      one block of (zone, cpu) goes from a per-cpu list to the buddy lists, freed as its
//              pageblock's current type. Predicts word 1. operand: DRAIN_CONTINUE: go on with the
//              list of the drain before; DRAIN_FROM_ZERO: start at list 0; DRAIN_FROM_FREED: start
//              at the last freed list. From there the first non-empty list upwards, wrapping at 14;
//              its TAIL leaves. (A list is emptied before the next one starts.)
//   BULK       pop `operand` order-0 blocks of (cpu, type) one after the other; no prediction. word 1 is
//              the gfp mask: the zone is the first one from the highest the mask allows downwards that
//              passes the fast test at low mark + operand (docs/linux-memory.md A.14), else the highest.
// Free-running ops: the port also decides zone, refill and drain.
//   REQUEST         allocate `order` with gfp = operand. Predicts word 1.
//   REQUEST_BULK    alloc_pages_bulk: word 1 pages, gfp = operand. No prediction.
//   RELEASE         free block word 1 of `order`, with the drains that follow from it.
//   DECAY           the vmstat worker's turn in (zone, cpu): decay the per-cpu high, drain to it.
//   DRAIN_ALL       empty the per-cpu lists of all zones; operand DRAIN_ZONE: of `zone` alone; DRAIN_CPU_ZONE: of (zone, cpu).
//   RECLAIM         RECLAIM_BEGINS: kswapd begins to care for all zones <= zone; _ENDS: it is done, and takes away the boost of the
//                   watermarks that it saw there when it began; _SLEEPS: it is no longer awake.
//   AGAIN           the next command's request was refused before, and its task has reclaimed or compacted since: it goes on at the
//                   min mark.
//   VICTIM          the next command's request is made by a task that is being killed for want of memory.
//   REFUSED         an attempt for `order` with gfp = operand came to nothing: zones note that they are below their high mark.
// How many pages the kernel drained is nowhere told: the log says what the port did, the trace compares.
// Both:
//   ONLINE     block word 1 of `order` becomes memory of `zone` (grown or created as needed): present
//              and managed += 2^order, pageblocks MOVABLE, block to the TAIL of the list (MOVABLE),
//              merging as usual.
//   RETUNE     onlining or offlining is over: recompute watermarks, reserves and per-cpu sizes.
//              khugepaged's raise applies if the loaded marks had it.
//   RAISE      khugepaged starts and raises min_free_kbytes: watermarks and per-cpu sizes follow.
//   ISOLATE    pageblocks of frames [word 1, word 1 + operand): free pages to the ISOLATE lists.
//   CLAIM_RANGE  take all free blocks in [word 1, word 1 + operand) off the lists (parts outside are
//              freed again), as alloc_contig_range does after migration.
//   UNISOLATE  the pageblocks become `type` again, free pages back to its lists, merging repaired.
//   OFFLINE    OFFLINE_LEAVES: managed -= operand for [word 1, word 1 + operand). Type OFFLINE_GONE, afterwards: the range is no
//              memory any more: present is reduced and the zone's span shrinks if the range is at its end. Or type
//              OFFLINE_RETURNS: managed += operand, as the frames come back by ordinary frees.
//   TAKE_FREE  free block word 1 of `order` leaves its list for a while, as page reporting does it; PUT_BACK  comes back.
// Compaction (compaction.ts says when): type is slot | SCAN flags << 2; several runs may be open.
//   SCAN_BEGIN   a run for `order` (0: the zone from edge to edge, hints ignored); word 1: where the free
//                scanner stands, operand: the migrate scanner.
//   SCAN_BATCH   pages of the pageblock of word 1 were collected; operand: how many, SCAN_BLOCK_DONE. The
//                migrate scanner's way there turns free lists and sets hints.
//   SCAN_TAKE    pages of `order` get places until `operand` frames of the batch have one. The free
//                scanner runs when none is held. Predicts word 1, the last place, unless that is 0.
//   SCAN_RETURN  a move failed and gave place word 1 back. Predicts that it was handed out.
//   SCAN_LEAVE   the run releases word 1 if it holds it; predicted is the lowest order's first. A FREE follows.
//   SCAN_END     word 1: where the free scanner stands; operand 1: the scanners met.
//   SCAN_SEARCH  a page needs a place and none is held: the free scanner runs.
//   SCAN_HOLD    it found word 1 of `order`. Predicts that the search before did (its own score).
//   SCAN_SETTLE  of what the search found `operand` blocks of `order` are the kernel's; the others go back.
//   CAPTURE      block word 1 of `order` went to the direct compactor when its last frame was freed
//                (operand 1: that is the last FREE or DRAIN; predicts the block around it).
//
// Hints (operand of REFILL and TAKE) stand for what no recording shows: how many movable pages a
// pageblock holds, which decides whether a block below order 9 is claimed (docs/linux-memory.md A.7).
//   0             no fallback happened
//   HINT_CLAIM | order << 4   the kernel claimed the pageblock of a block of this order: the 256-page
//                 test fails for orders above it (but below 9) and passes at it
//   HINT_STEAL    every claim failed; the block was stolen
// Without a hint a port that finds no block of the type counts its own pages.
//
// After a wrong prediction the port makes its state agree with the kernel's and goes on. A block that
// is predicted wrongly twice in a row for the same op, zone and list (index 0..13, 15 for orders without
// one) may be gone without an event: it must not be predicted for ever.
//   POP              the predicted block goes back to its list's head; the second time to the tail.
//   REFILL, TAKE, REQUEST   the predicted block is freed to the buddy lists; the second time to the tail.
//   DRAIN            nothing is freed as predicted. If the kernel's block is on another list than the
//                    predicted one, the lists from the predicted one up to it (cyclic, without it) are
//                    freed to the buddy lists, tail first, for the kernel has none of them left. If on
//                    the same list, the predicted block stays; the second time it goes to the head.
// Then the kernel's block (word 1) leaves whatever list it is on, and is put where the kernel put it:
// the tail of the per-cpu list (REFILL), the buddy lists (DRAIN; its list becomes the current one).
// RESYNC_* says where it was. Cut out of a larger free block, the rest of that block stays free, the
// pieces at the heads of its type's lists, without merging.
//   FREE, RELEASE    of a block that is free: it leaves its list first, which counts as a wrong
//                    prediction of the frame itself.

import { PROGRAM_COMMAND_WORDS as COMMAND_WORDS } from '../../core/index.ts';
import { followingFile } from '../error.ts';
import type { AllocatorState, Capture } from '../read/index.ts';

export {
  DRAIN_ALL_ZONES,
  DRAIN_CONTINUE,
  DRAIN_CPU_ZONE,
  DRAIN_FROM_FREED,
  DRAIN_FROM_ZERO,
  DRAIN_ZONE,
  FREE_DIRECT,
  HINT_CLAIM,
  HINT_ORDER_SHIFT,
  HINT_STEAL,
  OFFLINE_GONE,
  OFFLINE_LEAVES,
  OFFLINE_RETURNS,
  RECLAIM_BEGINS,
  RECLAIM_ENDS,
  RECLAIM_SLEEPS,
  PROGRAM_AGAIN as OP_AGAIN,
  PROGRAM_BULK as OP_BULK,
  PROGRAM_CAPTURE as OP_CAPTURE,
  PROGRAM_CLAIM_RANGE as OP_CLAIM_RANGE,
  PROGRAM_COMMAND_WORDS as COMMAND_WORDS,
  PROGRAM_DECAY as OP_DECAY,
  PROGRAM_DRAIN as OP_DRAIN,
  PROGRAM_DRAIN_ALL as OP_DRAIN_ALL,
  PROGRAM_FREE as OP_FREE,
  PROGRAM_ISOLATE as OP_ISOLATE,
  PROGRAM_OFFLINE as OP_OFFLINE,
  PROGRAM_ONLINE as OP_ONLINE,
  PROGRAM_POP as OP_POP,
  PROGRAM_PUT_BACK as OP_PUT_BACK,
  PROGRAM_RAISE as OP_RAISE,
  PROGRAM_RECLAIM as OP_RECLAIM,
  PROGRAM_REFILL as OP_REFILL,
  PROGRAM_REFUSED as OP_REFUSED,
  PROGRAM_RELEASE as OP_RELEASE,
  PROGRAM_REQUEST as OP_REQUEST,
  PROGRAM_REQUEST_BULK as OP_REQUEST_BULK,
  PROGRAM_RETUNE as OP_RETUNE,
  PROGRAM_SCAN_BATCH as OP_SCAN_BATCH,
  PROGRAM_SCAN_BEGIN as OP_SCAN_BEGIN,
  PROGRAM_SCAN_END as OP_SCAN_END,
  PROGRAM_SCAN_HOLD as OP_SCAN_HOLD,
  PROGRAM_SCAN_LEAVE as OP_SCAN_LEAVE,
  PROGRAM_SCAN_RETURN as OP_SCAN_RETURN,
  PROGRAM_SCAN_SEARCH as OP_SCAN_SEARCH,
  PROGRAM_SCAN_SETTLE as OP_SCAN_SETTLE,
  PROGRAM_SCAN_TAKE as OP_SCAN_TAKE,
  PROGRAM_TAKE as OP_TAKE,
  PROGRAM_TAKE_FREE as OP_TAKE_FREE,
  PROGRAM_UNISOLATE as OP_UNISOLATE,
  PROGRAM_VICTIM as OP_VICTIM,
  RESYNC_BUDDY,
  RESYNC_IN_USE,
  RESYNC_PCP,
  RESYNC_SPLIT,
  SCAN_ASYNC,
  SCAN_BLOCK_DONE,
  SCAN_FLAGS_SHIFT,
  SCAN_IN_ORDER,
  SCAN_PAGES_MASK,
  SCAN_SLOTS,
  SCAN_SLOT_MASK,
} from '../../core/index.ts';

// A program's commands by their number.

export function commandCount(commands: Uint32Array): number {
  return commands.length / COMMAND_WORDS;
}

function wordOf(commands: Uint32Array, at: number, word: number): number {
  return commands[at * COMMAND_WORDS + word] ?? 0;
}

/** What a command does and to whom, packed. */
export function firstWordOf(commands: Uint32Array, at: number): number {
  return wordOf(commands, at, 0);
}

export function opOf(commands: Uint32Array, at: number): number {
  return wordOf(commands, at, 0) & 0xff;
}

/** What of a command's first word says where: the same fields that ProgramBuilder takes. */
export function shapeOf(commands: Uint32Array, at: number): Shape {
  const word = wordOf(commands, at, 0);
  return {
    order: (word >> 8) & 0xf,
    type: (word >> 12) & 0xf,
    zone: (word >> 16) & 0xff,
    cpu: word >>> 24,
  };
}

export function orderOf(commands: Uint32Array, at: number): number {
  return (wordOf(commands, at, 0) >> 8) & 0xf;
}

export function frameOf(commands: Uint32Array, at: number): number {
  return wordOf(commands, at, 1);
}

export function operandOf(commands: Uint32Array, at: number): number {
  return wordOf(commands, at, 2);
}

/** The trace event that a command came from. */
export function eventOf(commands: Uint32Array, at: number): number {
  return wordOf(commands, at, 3);
}

/** A command's first word. */
export function packShape(
  op: number,
  { order = 0, type = 0, zone = 0, cpu = 0 }: Partial<Shape>,
): number {
  return op | (order << 8) | (type << 12) | (zone << 16) | (cpu << 24);
}

/** A prediction of "nothing there". */
export const NO_PREDICTION = 0xffff_ffff;

/** Whose lists a command concerns. */
export interface Shape {
  readonly order: number;
  readonly type: number;
  readonly zone: number;
  readonly cpu: number;
}

/** What a run reports; the port appends, the caller empties. */
export interface RunLog {
  /** Wrong predictions: command number, predicted frame, RESYNC_*. */
  readonly mismatches: number[];
  /** Free-running only: command number and frame of each block a per-cpu list took or gave back. */
  readonly refills: number[];
  readonly drains: number[];
  /** Commands at which compaction took a place that the port's search had not found. */
  readonly places: number[];
}

export function emptyLog(): RunLog {
  return { mismatches: [], refills: [], drains: [], places: [] };
}

/** What executes programs: an allocator with Linux's rules. */
export interface AllocatorPort {
  load(state: AllocatorState): void;
  save(label: string): AllocatorState;
  /** Executes commands first..end-1 of the program. */
  run(program: Uint32Array, first: number, end: number, log: RunLog): void;
}

/** Begins with the state that a recording begins with. Throws RecordingError. */
export function loadStart(port: AllocatorPort, capture: Capture): void {
  followingFile(capture, 'pagestate.start', () => port.load(capture.start));
}

/** Executes a whole program; the log keeps all of it. */
export function runProgram(port: AllocatorPort, commands: Uint32Array): RunLog {
  const log = emptyLog();
  port.run(commands, 0, commandCount(commands), log);
  return log;
}

/** A program under construction. */
export class ProgramBuilder {
  private commands: Uint32Array = new Uint32Array(1 << 16);
  count = 0;

  /** Appends a command and gives its number. */
  add(op: number, shape: Partial<Shape>, frame: number, operand: number, event: number): number {
    const at = this.count * COMMAND_WORDS;
    if (at === this.commands.length) {
      const larger = new Uint32Array(this.commands.length * 2);
      larger.set(this.commands);
      this.commands = larger;
    }
    this.commands[at] = packShape(op, shape);
    this.commands[at + 1] = frame;
    this.commands[at + 2] = operand;
    this.commands[at + 3] = event;
    this.count += 1;
    return this.count - 1;
  }

  setOperand(command: number, operand: number): void {
    this.commands[command * COMMAND_WORDS + 2] = operand;
  }

  finish(): Uint32Array {
    return this.commands.slice(0, this.count * COMMAND_WORDS);
  }
}
