// The requests of a recording as typed columns, with who asked and what for: what the placements
// have in common.
//
// Built from the free-running program, so compaction, bulk calls and hotplug are read the same way
// as in `verify`. What a request is for (docs/linux-memory.md A.11):
//   not __GFP_MOVABLE                        kernel
//   __GFP_ZERO, or huge (__GFP_NOMEMALLOC)   private: a fault gives a process zeroed memory
//   no __GFP_FS; __GFP_NORETRY, __GFP_WRITE  file: readahead and writes
//   the bare mask                            a private copy (copy-on-write) or shared memory (tmpfs):
//                                            private if its container's own processes free it, or
//                                            keep it to the end; else file
// Limits: a file page that its container itself frees (a tmpfs unmounted inside) passes for private;
// private memory that khugepaged or the kernel frees for a process passes for file.

import {
  GFP_MOVABLE,
  GFP_FS,
  GFP_ZERO,
  GFP_WRITE,
  GFP_NORETRY,
  GFP_NOMEMALLOC,
} from '../../core/index.ts';
import * as P from '../program/index.ts';
import { compileFreeRunning } from '../program/index.ts';
import * as T from '../read/index.ts';
import { type Capture, flowOf, recordedSpan } from '../read/index.ts';
import { PAGE_FILE, PAGE_KERNEL, PAGE_PRIVATE } from './policies/index.ts';
import { findTasks, NOBODY, type TaskTables } from './tasks.ts';

const PAGE_UNSURE = 0;

/** The old place of a migrated page: the page lives on elsewhere. */
export const FREE_MOVED = 1;
/** By a task that unplugs memory: frames that nobody holds come back to the guest, no page ends. */
export const FREE_PLUGGED = 2;
/** A migration's new place: no page begins. */
export const REQUEST_MOVE = 3;

/** How a recording is cut into containers. */
export interface StreamOptions {
  /** Pid of the workload's shell; undefined: the process with the most children. */
  readonly shellPid?: number;
  /** A container asks for at least so many private pages. */
  readonly minPages: number;
}

/** Columns by command number of the free-running program. */
export interface PageStream {
  readonly commands: Uint32Array;
  readonly count: number;
  readonly tasks: TaskTables;
  /** Process and container that a request is charged to; NOBODY outside containers. */
  readonly process: Uint32Array;
  /** Of a free: the container of the task that frees. */
  readonly tree: Uint32Array;
  /** PAGE_*; 0 for commands that are no requests. */
  readonly use: Uint8Array;
  /** gfp mask of a request. */
  readonly gfp: Uint32Array;
  /** FREE_* of a free, REQUEST_MOVE of a request: what it means besides the obvious. */
  readonly meaning: Uint8Array;
  /** Of FREE_MOVED: the recorded frame that the page moved to, NO_FRAME if unknown. */
  readonly target: Uint32Array;
  /** Private frames each container asked for, and each process. */
  readonly privateByTree: Uint32Array;
  readonly privateByProcess: Uint32Array;
}

export function isRequest(op: number): boolean {
  return op === P.OP_REQUEST || op === P.OP_TAKE || op === P.OP_REQUEST_BULK;
}

export function isFree(op: number): boolean {
  return op === P.OP_RELEASE || op === P.OP_FREE;
}

class StreamCompiler {
  readonly #capture: Capture;
  readonly #commands: Uint32Array;
  readonly #count: number;
  readonly #tasks: TaskTables;
  readonly #process: Uint32Array;
  readonly #tree: Uint32Array;
  readonly #use: Uint8Array;
  readonly #gfp: Uint32Array;
  readonly #meaning: Uint8Array;
  readonly #target: Uint32Array;

  constructor(capture: Capture, shellPid: number | undefined) {
    this.#capture = capture;
    this.#commands = compileFreeRunning(capture).commands;
    this.#count = P.commandCount(this.#commands);
    this.#tasks = findTasks(capture.trace, shellPid);
    this.#process = new Uint32Array(this.#count);
    this.#tree = new Uint32Array(this.#count);
    this.#use = new Uint8Array(this.#count);
    this.#gfp = new Uint32Array(this.#count);
    this.#meaning = new Uint8Array(this.#count);
    this.#target = new Uint32Array(this.#count).fill(T.NO_FRAME);
  }

  compile(minPages: number): PageStream {
    this.#charge();
    this.#settle();
    this.#markPlugged();
    this.#markMoved();
    const privateByTree = this.#countPrivate(this.#tree, this.#tasks.trees.length);
    this.#dissolve(privateByTree, minPages);
    return {
      commands: this.#commands,
      count: this.#count,
      tasks: this.#tasks,
      process: this.#process,
      tree: this.#tree,
      use: this.#use,
      gfp: this.#gfp,
      meaning: this.#meaning,
      target: this.#target,
      privateByTree,
      privateByProcess: this.#countPrivate(this.#process, this.#tasks.processes.length),
    };
  }

  #event(command: number): number {
    return P.eventOf(this.#commands, command);
  }

  #frame(command: number): number {
    return P.frameOf(this.#commands, command);
  }

  /** Mask, process and first guess at the use of each request. */
  #charge(): void {
    const { processes, processOf } = this.#tasks;
    for (let at = 0; at < this.#count; at += 1) {
      const op = P.opOf(this.#commands, at);
      const process = processOf[this.#event(at)] ?? NOBODY;
      if (isRequest(op) || isFree(op)) {
        this.#process[at] = process;
        this.#tree[at] = processes[process]?.tree ?? NOBODY;
      }
      if (!isRequest(op)) continue;
      const gfp = op === P.OP_TAKE ? this.#maskOfTake(at) : P.operandOf(this.#commands, at);
      this.#gfp[at] = gfp;
      this.#use[at] = useOf(gfp);
    }
  }

  /** A block taken past the per-cpu lists: its mask is at the mm_page_alloc that follows. */
  #maskOfTake(command: number): number {
    const { kind, pfn, gfp, count } = this.#capture.trace;
    const frame = this.#frame(command);
    for (let i = this.#event(command); i < count; i += 1) {
      if (kind[i] === T.EVENT_ALLOC && pfn[i] === frame) return gfp[i] ?? 0;
    }
    return 0;
  }

  /** Decides the uses that the mask left open, by who frees the page. */
  #settle(): void {
    const open = new Map<number, number>();
    const { trees } = this.#tasks;
    for (let at = 0; at < this.#count; at += 1) {
      const op = P.opOf(this.#commands, at);
      const frame = this.#frame(at);
      if (op === P.OP_REQUEST && this.#use[at] === PAGE_UNSURE) open.set(frame, at);
      if (!isFree(op)) continue;
      const request = open.get(frame);
      if (request === undefined) continue;
      open.delete(frame);
      this.#use[request] = this.#tree[at] === this.#tree[request] ? PAGE_PRIVATE : PAGE_FILE;
    }
    for (const request of open.values()) {
      const exit = trees[this.#tree[request] ?? NOBODY]?.exitEvent ?? 0;
      this.#use[request] = exit >= this.#capture.trace.count ? PAGE_PRIVATE : PAGE_FILE;
    }
  }

  /**
   * Frees just before mm_migrate_pages, as many pages as it moved, are the old places of those
   * pages. The new places were requested just before them in the same order, except compaction's,
   * which come from its own free lists.
   */
  #markMoved(): void {
    const { trace } = this.#capture;
    const span = recordedSpan(trace);
    const recent = new Map<number, number[]>();
    let at = 0;
    for (let i = span.first; i < span.end; i += 1) {
      for (; at < this.#count && this.#event(at) <= i; at += 1) {
        const op = P.opOf(this.#commands, at);
        if (!isFree(op) && op !== P.OP_REQUEST) continue;
        const flow = flowOf(trace, this.#event(at));
        const commands = recent.get(flow);
        if (commands === undefined) recent.set(flow, [at]);
        else commands.push(at);
      }
      if (trace.kind[i] !== T.EVENT_MIGRATE) continue;
      const flow = flowOf(trace, i);
      const commands = recent.get(flow) ?? [];
      recent.delete(flow);
      const sources = this.#markSources(commands, trace.pfn[i] ?? 0);
      if (trace.extra[i] !== T.MIGRATE_REASON_COMPACTION) this.#pair(commands, sources);
    }
  }

  /** Marks the last frees, so many pages of them, oldest first. */
  #markSources(commands: readonly number[], pages: number): number[] {
    const sources: number[] = [];
    let left = pages;
    for (let i = commands.length - 1; i >= 0 && left > 0; i -= 1) {
      const at = commands[i] ?? 0;
      if (!isFree(P.opOf(this.#commands, at))) continue;
      this.#meaning[at] = FREE_MOVED;
      sources.push(at);
      left -= 2 ** P.orderOf(this.#commands, at);
    }
    return sources.toReversed();
  }

  /** Pairs old places with the requests for new ones that were not given back. */
  #pair(commands: readonly number[], sources: readonly number[]): void {
    const places = new Map<number, number>();
    for (const at of commands) {
      if (P.opOf(this.#commands, at) === P.OP_REQUEST) {
        if (this.#use[at] !== PAGE_KERNEL) places.set(this.#frame(at), at);
      } else if (this.#meaning[at] !== FREE_MOVED) places.delete(this.#frame(at));
    }
    const requests = [...places.values()].slice(-sources.length);
    sources.forEach((source, i) => {
      const request = requests[i];
      if (request === undefined) return;
      if (P.orderOf(this.#commands, request) !== P.orderOf(this.#commands, source)) return;
      this.#meaning[request] = REQUEST_MOVE;
      this.#use[request] = 0;
      this.#target[source] = this.#frame(request);
    });
  }

  /** Frees by tasks that unplug memory. */
  #markPlugged(): void {
    const { kind, extra, task, count } = this.#capture.trace;
    const unpluggers = new Set<number>();
    for (let i = 0; i < count; i += 1) {
      if (kind[i] === T.EVENT_MIGRATE && extra[i] === T.MIGRATE_REASON_CONTIG_RANGE)
        unpluggers.add(task[i] ?? 0);
    }
    if (unpluggers.size === 0) return;
    for (let at = 0; at < this.#count; at += 1) {
      if (!isFree(P.opOf(this.#commands, at))) continue;
      if (unpluggers.has(task[this.#event(at)] ?? 0)) this.#meaning[at] = FREE_PLUGGED;
    }
  }

  #countPrivate(by: Uint32Array, size: number): Uint32Array {
    const frames = new Uint32Array(size);
    for (let at = 0; at < this.#count; at += 1) {
      if (this.#use[at] !== PAGE_PRIVATE) continue;
      const owner = by[at] ?? NOBODY;
      frames[owner] = (frames[owner] ?? 0) + 2 ** P.orderOf(this.#commands, at);
    }
    return frames;
  }

  /** What small trees asked for is charged to nobody. */
  #dissolve(privateByTree: Uint32Array, minPages: number): void {
    for (let at = 0; at < this.#count; at += 1) {
      const tree = this.#tree[at] ?? NOBODY;
      if (tree !== NOBODY && (privateByTree[tree] ?? 0) >= minPages) continue;
      this.#tree[at] = NOBODY;
      this.#process[at] = NOBODY;
    }
    privateByTree.forEach((frames, tree) => {
      if (frames < minPages) privateByTree[tree] = 0;
    });
  }
}

/** First guess by the mask alone; PAGE_UNSURE where the mask serves two uses. */
export function useOf(gfp: number): number {
  if ((gfp & GFP_MOVABLE) === 0) return PAGE_KERNEL;
  if ((gfp & (GFP_ZERO | GFP_NOMEMALLOC)) !== 0) return PAGE_PRIVATE;
  const isFile = (gfp & GFP_FS) === 0 || (gfp & (GFP_NORETRY | GFP_WRITE)) !== 0;
  return isFile ? PAGE_FILE : PAGE_UNSURE;
}

/** The request stream of a recording. */
export function compileStream(capture: Capture, options: StreamOptions): PageStream {
  return new StreamCompiler(capture, options.shellPid).compile(options.minPages);
}
