/// <reference lib="esnext.disposable" preserve="true" />
// The process that runs a container's function: forked from the agent into the container's zone, or
// into the kernel's, then exec. Its heap, and temporary memory of a call behind it.

import { orElse } from './or-else.ts';
import { HandleEnded, expectInteger, expectObject } from '../check/index.ts';
import type { CallPages } from '../core/index.ts';
import type { GuestKernel } from './kernel.ts';
import type { OpenFile } from './page-cache.ts';
import { type Scattered, scattered } from './scattered.ts';
import { ProcessTree, type Task } from './process-tree.ts';
import type { TreeState } from './tree-state.ts';

const FRAMES_MAX = 2 ** 32 - 1;

/** Where a process is placed and how large it may become. */
export interface ProcessConfig {
  /** CPU whose lists its pages come from, 0 to `cpus` - 1. */
  readonly cpu: number;
  /** Kernel stacks, cgroup, namespaces: frames besides page tables. */
  readonly kernelFrames: number;
  /** Pages that the process will map in all: sizes its page tables, and the heap lies below it. */
  readonly mappedPages: number;
  /** CZone to place it in; undefined: the kernel's zones. */
  readonly czone?: number | undefined;
}

/**
 * A process of a container in a guest: a heap that it touches and frees, temporary memory, page tables. Its end gives
 * all of it back to the guest, and a zone of its own to the host.
 */
export class Process {
  private readonly _tree: ProcessTree;
  private readonly _task: Task;
  /** Where temporary memory begins. */
  private readonly _temporary: number;
  private _temporaryPages = 0;

  /**
   * Forks from the agent, then exec. `origin`: from this process instead, whose pages it shares until it writes, or it is
   * the process that the guest was cloned with.
   */
  constructor(guest: GuestKernel, config: ProcessConfig, origin?: Process | TreeState) {
    const { cpu, czone, kernelFrames, mappedPages } = expectObject('config', config);
    expectInteger('mappedPages', mappedPages, 0, FRAMES_MAX);
    this._temporary = mappedPages;
    if (origin !== undefined && !(origin instanceof Process)) {
      [this._tree, this._task] = ProcessTree.restored(guest, origin);
      return;
    }
    this._tree = new ProcessTree(guest, cpu, czone, kernelFrames);
    const tree = this._tree;
    this._task = orElse(
      () =>
        origin === undefined ? tree.spawn(mappedPages) : tree.forkFrom(origin._task, mappedPages),
      () => tree.abandon(),
    );
  }

  /** The process as it is between two calls, for clones of its guest. */
  state(): TreeState {
    return this._tree.state();
  }

  /** What its container is known by in the guest's map while it lives. */
  get number(): number {
    return this._tree.number;
  }

  /** Pages of its heap and temporary memory that are in place; those it shares with a parent count. */
  get anonymousPages(): number {
    return this._tree.anonymousPages;
  }

  /** Reads or writes pages of the heap; new ones are faulted in. */
  touch(start: number, pages: number, write: boolean): void {
    this._tree.touch(this._task, start, pages, write);
  }

  /** What a process does that goes on from an image, or from another process: touches pages of its heap here and there, from one on. */
  touchScattered(pages: Scattered, from = 0): void {
    scattered(expectObject('pages', pages), (start, count, write) =>
      this.touch(from + start, count, write),
    );
  }

  /** Unmaps pages of the heap: their frames are free in the guest, and stay with it. */
  free(start: number, pages: number): void {
    this._tree.unmap(this._task, start, pages);
  }

  /** A call begins: reads a file, reads and writes the heap from its first page on, writes temporary memory. Whether only that one came. */
  beginCall(file: OpenFile, call: CallPages): boolean {
    if (expectObject('call', call).temporaryPages > this._temporaryPages)
      this._temporaryPages = call.temporaryPages;
    return this._tree.beginCall(this._task, file, this._temporary, call);
  }

  /** After the end of such a call: whether the next one would leave the guest as it is. */
  callRecurs(file: OpenFile, call: CallPages): boolean {
    return this._tree.callRecurs(this._task, file, call);
  }

  /** Carries out so many calls that recur. */
  repeatCalls(file: OpenFile, call: CallPages, times: number): void {
    this._tree.repeatCalls(this._task, file, this._temporary, call, times);
  }

  /** Maps temporary memory and writes it. */
  touchTemporary(pages: number): void {
    this._tree.touch(this._task, this._temporary, pages, true);
    this._temporaryPages = Math.max(this._temporaryPages, pages);
  }

  /** Unmaps it: the frames are free in the guest, and stay with it. */
  freeTemporary(): void {
    if (this._temporaryPages === 0) return;
    this._tree.unmap(this._task, this._temporary, this._temporaryPages);
    this._temporaryPages = 0;
  }

  /**
   * Ends the container. In a CZone its user pages go with the zone, without a look at them; otherwise
   * each page goes back to the allocator. Blocks that are free now.
   */
  exit(): number {
    this._temporaryPages = 0;
    return this._tree.kill();
  }

  /** `using process = …`: exits at the block's end, if it and its VM live then. */
  [Symbol.dispose](): void {
    try {
      this.exit();
    } catch (error) {
      if (!(error instanceof HandleEnded)) throw error;
    }
  }
}
