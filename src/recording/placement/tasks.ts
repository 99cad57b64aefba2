// Who runs in a recording: processes from the fork and exit events, and which of them form a
// container.
//
// The rule for containers: the workload's shell is the process with the most children; each of its
// children, with all that descend from it, is one tree. Trees that ask for little private memory
// (mkdir, sleep) are no containers: stream.ts dissolves those below a minimum.

import { GFP_MOVABLE } from '../../core/index.ts';
import { RecordingError } from '../error.ts';
import * as T from '../read/index.ts';
import { isInterrupt, KTHREADD, type KernelTrace } from '../read/index.ts';

/** Number of "no process of a tree": the kernel, init, the shell itself, interrupts. */
export const NOBODY = 0;

export interface ProcessInfo {
  readonly pid: number;
  /** Name at its exit, or the last one seen. */
  name: string;
  readonly tree: number;
  readonly forkEvent: number;
  /** Trace's length while it has not exited. */
  exitEvent: number;
}

export interface TreeInfo {
  /** Pid of the first process. */
  readonly pid: number;
  name: string;
  readonly forkEvent: number;
  /** Exit of its last process; the trace's length if one lives on. */
  exitEvent: number;
  /** From here on its last process only gives memory back. */
  burstEvent: number;
  processes: number;
}

export interface TaskTables {
  readonly shellPid: number;
  /** Entry 0 stands for NOBODY. */
  readonly processes: readonly ProcessInfo[];
  readonly trees: readonly TreeInfo[];
  /** Process by event. */
  readonly processOf: Uint32Array;
}

const INIT = 1;
/**
 * A pause this long among the frees before an exit ends the walk back: what came before was not the
 * exit.
 */
const BURST_GAP_US = 20_000;

/** The process with the most children, init and kthreadd apart; 0 if none has any. */
export function findShell(trace: KernelTrace): number {
  const children = new Map<number, number>();
  for (let i = 0; i < trace.count; i += 1) {
    const pid = trace.pfn[i] ?? 0;
    if (trace.kind[i] !== T.EVENT_FORK || pid === INIT || pid === KTHREADD) continue;
    children.set(pid, (children.get(pid) ?? 0) + 1);
  }
  let best = 0;
  for (const [pid, count] of children) if (count > (children.get(best) ?? 0)) best = pid;
  return best;
}

class TaskWalk {
  readonly #trace: KernelTrace;
  readonly #shellPid: number;
  readonly #byPid = new Map<number, number>();
  /** Processes of a tree that have not exited. */
  readonly #alive: number[] = [0];
  readonly processes: ProcessInfo[];
  readonly trees: TreeInfo[];
  readonly processOf: Uint32Array;

  constructor(trace: KernelTrace, shellPid: number) {
    this.#trace = trace;
    this.#shellPid = shellPid;
    const end = trace.count;
    this.processes = [{ pid: 0, name: '', tree: NOBODY, forkEvent: -1, exitEvent: end }];
    this.trees = [
      { pid: 0, name: '', forkEvent: -1, exitEvent: end, burstEvent: end, processes: 0 },
    ];
    this.processOf = new Uint32Array(end);
  }

  walk(): void {
    const { kind, pfn, task, tasks, extra } = this.#trace;
    for (let i = 0; i < this.#trace.count; i += 1) {
      const { pid = 0, comm = '' } = tasks[task[i] ?? 0] ?? {};
      const process = this.#byPid.get(pid) ?? NOBODY;
      if (!isInterrupt(this.#trace, i)) this.processOf[i] = process;
      if (kind[i] === T.EVENT_FORK) this.#fork(i, pfn[i] ?? 0, extra[i] ?? 0, comm);
      else if (kind[i] === T.EVENT_EXIT) this.#exit(i, pfn[i] ?? 0, comm);
    }
  }

  #fork(event: number, parent: number, child: number, name: string): void {
    this.#byPid.delete(child);
    let tree = this.processes[this.#byPid.get(parent) ?? NOBODY]?.tree ?? NOBODY;
    const end = this.#trace.count;
    if (parent === this.#shellPid) {
      tree = this.trees.length;
      this.trees.push({
        pid: child,
        name,
        forkEvent: event,
        exitEvent: end,
        burstEvent: end,
        processes: 0,
      });
      this.#alive.push(0);
    }
    if (tree === NOBODY) return;
    this.#byPid.set(child, this.processes.length);
    this.processes.push({ pid: child, name, tree, forkEvent: event, exitEvent: end });
    this.#alive[tree] = (this.#alive[tree] ?? 0) + 1;
    const info = this.trees[tree];
    if (info !== undefined) info.processes += 1;
  }

  #exit(event: number, pid: number, name: string): void {
    const number = this.#byPid.get(pid) ?? NOBODY;
    const process = this.processes[number];
    if (number === NOBODY || process === undefined) return;
    this.#byPid.delete(pid);
    process.exitEvent = event;
    process.name = name;
    const tree = this.trees[process.tree];
    if (tree === undefined) return;
    if (tree.pid === pid) tree.name = name;
    const left = (this.#alive[process.tree] ?? 0) - 1;
    this.#alive[process.tree] = left;
    if (left > 0) return;
    tree.exitEvent = event;
    tree.burstEvent = this.#burstOf(number, event);
  }

  /** First of the events with which a process gives its memory back before its exit. */
  #burstOf(process: number, exit: number): number {
    const { kind, gfp, timeUs } = this.#trace;
    let first = exit;
    for (let i = exit - 1; i >= 0; i -= 1) {
      if (this.processOf[i] !== process) continue;
      if ((timeUs[first] ?? 0) - (timeUs[i] ?? 0) > BURST_GAP_US) break;
      if (kind[i] === T.EVENT_ALLOC && ((gfp[i] ?? 0) & GFP_MOVABLE) !== 0) break;
      first = i;
    }
    return first;
  }
}

/** Names of processes that live on are those of their last event. */
function nameTheLiving({ tasks, task, count }: KernelTrace, walk: TaskWalk): void {
  for (let i = 0; i < count; i += 1) {
    const process = walk.processes[walk.processOf[i] ?? NOBODY];
    const comm = tasks[task[i] ?? 0]?.comm;
    if (process === undefined || comm === undefined || process.exitEvent < count) continue;
    process.name = comm;
    const tree = walk.trees[process.tree];
    if (tree !== undefined && tree.pid === process.pid) tree.name = comm;
  }
}

/**
 * Processes and trees of a trace. `shellPid`: the workload's shell when it is not the process with
 * most children.
 */
export function findTasks(trace: KernelTrace, shellPid?: number): TaskTables {
  const shell = shellPid ?? findShell(trace);
  const walk = new TaskWalk(trace, shell);
  walk.walk();
  nameTheLiving(trace, walk);
  if (shellPid !== undefined && walk.trees.length === 1) {
    throw new RecordingError(
      trace.file,
      trace.lines,
      `forks by the shell, pid ${shellPid}`,
      'none',
    );
  }
  const { processes, trees, processOf } = walk;
  return { shellPid: shell, processes, trees, processOf };
}
