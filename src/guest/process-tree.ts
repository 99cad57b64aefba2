// A container as the guest kernel sees it: a tree of processes and, with CZones, the zone that
// their user pages come from. The first is forked from the agent; fork inherits the zone or is given
// another one; threads share an address space; exec replaces one. Kernel memory of a process (page
// tables, stacks) and of the container is in the kernel's zones whatever its zone is.

import {
  GFP_HIGHUSER_MOVABLE,
  GFP_KERNEL,
  NONE,
  OBJECT_ANON,
  OBJECT_KERNEL,
  STAT_COW_PAGES,
  STATUS_NOT_RESIDENT,
  type CallPages,
  expectAnswer,
} from '../core/index.ts';
import {
  FUNCTION,
  HandleEnded,
  NUMBER,
  RefusedArgument,
  type Shape,
  expectInteger,
  expectObject,
  expectShape,
} from '../check/index.ts';
import { orElse } from './or-else.ts';
import { pageTableFrames } from './footprint.ts';
import { TAG_TABLES, containerTag } from './tag.ts';
import type { GuestKernel } from './kernel.ts';
import type { GuestMemory } from './memory.ts';
import type { OpenFile } from './page-cache.ts';
import type { AddressSpace, TreeState } from './tree-state.ts';

/** Stack of a thread on x86-64: 16 KiB. */
const STACK_FRAMES = 4;
/** Stack and data pages that a child of the agent writes between fork and exec. */
export const PRE_EXEC_PAGES = 4;
const FRAMES_MAX = 2 ** 32 - 1;

/** What of a guest a tree works with. */
const GUEST: Shape = {
  config: { cpus: NUMBER },
  memory: { touch: FUNCTION },
  files: { noteRead: FUNCTION },
};

const STATE: Shape = {
  anonymous: NUMBER,
  task: { stack: NUMBER, space: { object: NUMBER, tables: NUMBER, tablePages: NUMBER } },
};

/** A process or thread. */
export interface Task {
  readonly pid: number;
  /** CZone that its pages come from; undefined: the kernel's zones. */
  readonly zone: number | undefined;
  readonly parent: Task | undefined;
  readonly children: Set<Task>;
}

/** What every Task is here. Calls go through it many times: no table leads from one to the other. */
interface TaskRecord extends Task {
  readonly tree: ProcessTree;
  space: AddressSpace;
  readonly stack: number;
  hasExited: boolean;
}

/** Where a child's pages come from. */
export type ForkZone = number | 'inherit' | 'kernel';

/**
 * Processes of one container. Page touches go through the guest's slow path; all of them on one
 * CPU.
 */
export class ProcessTree {
  private readonly _guest: GuestKernel;
  private readonly _memory: GuestMemory;
  private readonly _cpu: number;
  private readonly _tasks: Set<TaskRecord> = new Set();
  private readonly _zone: number | undefined;
  /** cgroup, namespaces. */
  private readonly _kernelFrames: number;
  private readonly _kernel: number;
  private _pids = 0;
  private _anonymous = 0;
  private _isKilled = false;

  /**
   * `zone`: the container's own; undefined without CZones. `kernelFrames`: what the container costs
   * the kernel besides page tables, its first stack included. `kernel`: the object with that memory, when it is there.
   */
  constructor(
    guest: GuestKernel,
    cpu: number,
    zone: number | undefined,
    kernelFrames = 0,
    kernel?: number,
  ) {
    expectShape('guest', guest, GUEST);
    expectInteger('cpu', cpu, 0, guest.config.cpus - 1);
    expectInteger('kernelFrames', kernelFrames, 0, FRAMES_MAX);
    this._guest = guest;
    this._memory = guest.memory;
    this._cpu = cpu;
    this._zone = zone;
    this._kernelFrames = Math.max(0, kernelFrames - STACK_FRAMES);
    this._kernel = kernel ?? this._kernelObject(this._kernelFrames);
    this._memory.frames.guestOs += this._kernelFrames;
  }

  /** The tree as it is, for clones of its guest. */
  state(): TreeState {
    const [task] = this._tasks;
    if (task === undefined || this._tasks.size > 1 || this._zone !== undefined) {
      throw new RefusedArgument('tree', 'one process in the zones of its kernel', 'another');
    }
    return {
      cpu: this._cpu,
      kernelFrames: this._kernelFrames + STACK_FRAMES,
      kernel: this._kernel,
      anonymous: this._anonymous,
      task: { stack: task.stack, space: { ...task.space } },
    };
  }

  /** The tree that a guest was cloned with, and its process. */
  static restored(guest: GuestKernel, state: TreeState): [ProcessTree, Task] {
    expectShape('state', state, STATE);
    const tree = new ProcessTree(guest, state.cpu, undefined, state.kernelFrames, state.kernel);
    const { stack, space } = state.task;
    const task: TaskRecord = {
      tree,
      pid: 0,
      zone: undefined,
      parent: undefined,
      children: new Set<Task>(),
      space: { ...space },
      stack,
      hasExited: false,
    };
    tree._pids = 1;
    tree._anonymous = state.anonymous;
    tree._tasks.add(task);
    return [tree, task];
  }

  /** What its container is known by in the guest's map while it lives. */
  get number(): number {
    return this._kernel;
  }

  /** Frames of anonymous memory that the tree holds. */
  get anonymousPages(): number {
    return this._anonymous;
  }

  /** Processes that live, in the order of their start. */
  get tasks(): Task[] {
    return [...this._tasks];
  }

  /** Of this container, or of another one in the same guest. */
  private _recordOf(task: Task, isOther = false): TaskRecord {
    const record = expectObject('task', task as TaskRecord);
    const isOurs = isOther ? record.tree?._guest === this._guest : record.tree === this;
    const whose = isOther ? 'guest' : 'container';
    if (!isOurs) throw new RefusedArgument('task', `a process of this ${whose}`, task);
    if (record.hasExited) throw new HandleEnded(`process ${task.pid}`, 'it has exited');
    return record;
  }

  private _expectAlive(): void {
    if (this._isKilled) throw new HandleEnded('a container', 'its processes were killed');
  }

  private _refer(zone: number | undefined, by: number): void {
    if (zone === undefined) return;
    expectAnswer(this._memory.core.czones.refer(zone, by), 'czones.refer');
  }

  private _kernelObject(pages: number, tag = 0): number {
    const { objects } = this._memory.core;
    const made = objects.create(OBJECT_KERNEL, NONE, GFP_KERNEL, tag);
    const object = expectAnswer(made, 'objects.create');
    orElse(
      () => this._memory.touch(object, 0, pages, true, this._cpu, 0),
      () => this._destroy(object),
    );
    return object;
  }

  /** `mapped`: pages that there are page tables for. */
  private _space(object: number, pages: number, mapped: number): AddressSpace {
    const tablePages = pageTableFrames(mapped);
    const tables = orElse(
      () => this._kernelObject(tablePages, TAG_TABLES),
      () => this._destroy(object),
    );
    this._memory.frames.pageTables += tablePages;
    return { object, tables, tablePages, pages, users: 1 };
  }

  private _emptySpace(zone: number | undefined, mapped: number): AddressSpace {
    const { objects } = this._memory.core;
    const tag = containerTag(this._kernel);
    const made = objects.create(OBJECT_ANON, zone ?? NONE, GFP_HIGHUSER_MOVABLE, tag);
    return this._space(expectAnswer(made, 'objects.create'), 0, mapped);
  }

  private _add(parent: Task | undefined, zone: number | undefined, space: AddressSpace): Task {
    const stack = orElse(
      () => this._kernelObject(STACK_FRAMES),
      () => this._leave(space),
    );
    const task: TaskRecord = {
      tree: this,
      pid: this._pids,
      zone,
      parent,
      children: new Set<Task>(),
      space,
      stack,
      hasExited: false,
    };
    this._pids += 1;
    parent?.children.add(task);
    this._tasks.add(task);
    this._memory.frames.guestOs += STACK_FRAMES;
    this._refer(zone, 1);
    return task;
  }

  /** The container's first process, with an empty address space in the container's zone. */
  start(): Task {
    this._expectAlive();
    return this._add(undefined, this._zone, this._emptySpace(this._zone, 0));
  }

  /** The same as runtimes do it: fork from the agent into the zone, then exec. */
  spawn(mappedPages: number): Task {
    this._expectAlive();
    expectInteger('mappedPages', mappedPages, 0, FRAMES_MAX);
    const { agentObject, config } = this._guest;
    const { agentFrames } = config.kernel;
    const task = this._add(undefined, this._zone, this._copy(agentObject, agentFrames, this._zone));
    const written = Math.min(PRE_EXEC_PAGES, agentFrames);
    const begin = (): void => {
      this.touch(task, 0, written, true);
      this.exec(task, mappedPages);
      this._memory.asSystem(() => {
        this._memory.touch(agentObject, 0, written, true, this._cpu, agentFrames);
      });
    };
    orElse(begin, () => this.exit(task));
    return task;
  }

  private _copy(
    object: number,
    pages: number,
    zone: number | undefined,
    mappedPages: number = pages,
  ): AddressSpace {
    const tag = containerTag(this._kernel);
    const child = this._memory.core.objects.fork(object, zone ?? NONE, this._cpu, tag);
    return this._space(expectAnswer(child, 'objects.fork'), pages, mappedPages);
  }

  /** The first process, forked into the zone from one of another tree, whose pages it shares until it writes. */
  forkFrom(parent: Task, mappedPages: number): Task {
    this._expectAlive();
    expectInteger('mappedPages', mappedPages, 0, FRAMES_MAX);
    const { object, pages } = this._recordOf(parent, true).space;
    return this._add(undefined, this._zone, this._copy(object, pages, this._zone, mappedPages));
  }

  /**
   * A child with a copy-on-write copy of the address space. Its new pages come from the zone given.
   */
  fork(parent: Task, zone: ForkZone = 'inherit'): Task {
    const { space } = this._recordOf(parent);
    let place = zone === 'inherit' ? parent.zone : undefined;
    if (typeof zone === 'number') place = zone;
    return this._add(parent, place, this._copy(space.object, space.pages, place));
  }

  /** A thread: the same address space, a stack of its own. */
  thread(parent: Task): Task {
    const { space } = this._recordOf(parent);
    space.users += 1;
    return this._add(parent, parent.zone, space);
  }

  /**
   * Replaces the address space of a process by an empty one in the same zone, with page tables for
   * what it will map.
   */
  exec(task: Task, mappedPages = 0): void {
    const state = this._recordOf(task);
    expectInteger('mappedPages', mappedPages, 0, FRAMES_MAX);
    const next = this._emptySpace(task.zone, mappedPages);
    this._leave(state.space);
    state.space = next;
  }

  /** Reads or writes pages. Pages that came in or were copied. */
  touch(task: Task, start: number, pages: number, write: boolean): number {
    const { space } = this._recordOf(task);
    const { core } = this._memory;
    const copied = core.stat(STAT_COW_PAGES);
    let came: number;
    try {
      came = this._memory.touch(space.object, start, pages, write, this._cpu, space.pages);
    } catch (error) {
      this._recount(space, copied);
      throw error;
    }
    const gained = came + core.stat(STAT_COW_PAGES) - copied;
    if (gained === 0) return 0;
    space.pages += came;
    this._account(gained);
    return gained;
  }

  /**
   * A call of a process begins: it reads a file, reads and writes its memory from the first page on,
   * and writes temporary memory at `temporary`. Whether only that one came, at the first try.
   */
  beginCall(task: Task, file: OpenFile, temporary: number, call: CallPages): boolean {
    const { space } = this._recordOf(task);
    const { core } = this._memory;
    const { temporaryPages } = expectObject('call', call);
    const cpu = this._cpu;
    const copied = core.stat(STAT_COW_PAGES);
    let came = core.objects.beginCall(
      expectObject('file', file).object,
      space.object,
      temporary,
      call,
      cpu,
    );
    if (came === STATUS_NOT_RESIDENT) {
      this._beginByPage(task, file, temporary, call);
      return false;
    }
    const { files, memory } = this._guest;
    files.noteRead(file);
    const isWhole = came === temporaryPages;
    if (came < 0) {
      const { object, pages } = space;
      const status = came;
      came = orElse(
        () => memory.finishTouch(status, object, temporary, temporaryPages, true, cpu) - pages,
        () => this._recount(space, copied),
      );
    }
    space.pages += came;
    this._account(came + core.stat(STAT_COW_PAGES) - copied);
    return isWhole;
  }

  /** After the end of such a call: whether the next one would leave the guest as it is. */
  callRecurs(task: Task, file: OpenFile, call: CallPages): boolean {
    const { object } = this._recordOf(task).space;
    if (this._guest.hasDriversWork) return false;
    return this._memory.core.objects.callRecurs(
      expectObject('file', file).object,
      object,
      call,
      this._cpu,
    );
  }

  /** Carries out so many calls that recur. */
  repeatCalls(task: Task, file: OpenFile, temporary: number, call: CallPages, times: number): void {
    const { object } = this._recordOf(task).space;
    const { objects } = this._memory.core;
    const answer = objects.repeatCalls(
      times,
      expectObject('file', file).object,
      object,
      temporary,
      call,
      this._cpu,
    );
    expectAnswer(answer, 'objects.repeatCalls');
    this._guest.files.noteRead(file);
  }

  /** The same where something may be missing. */
  private _beginByPage(task: Task, file: OpenFile, temporary: number, call: CallPages): void {
    const { filePages, writePages, readPages, temporaryPages } = call;
    this._guest.files.readOpen(file, filePages, this._cpu);
    this.touch(task, 0, writePages, true);
    this.touch(task, writePages, readPages, false);
    this.touch(task, temporary, temporaryPages, true);
  }

  /** Unmaps pages. Frames freed. */
  unmap(task: Task, start: number, pages: number): number {
    const { space } = this._recordOf(task);
    const { objects } = this._memory.core;
    const freed = objects.truncate(space.object, start, pages, this._cpu);
    this._account(-expectAnswer(freed, 'objects.truncate'));
    // Where each page's frame was freed nothing was shared or missing: no need to ask.
    if (freed === pages) space.pages -= pages;
    else space.pages = expectAnswer(objects.pages(space.object), 'objects.pages');
    return freed;
  }

  private _leave(space: AddressSpace): void {
    space.users -= 1;
    if (space.users > 0) return;
    const freed = this._destroy(space.object);
    this._destroy(space.tables);
    this._account(-freed);
    this._memory.frames.pageTables -= space.tablePages;
  }

  private _destroy(object: number): number {
    return expectAnswer(this._memory.core.objects.destroy(object, this._cpu), 'objects.destroy');
  }

  private _dropStack(state: TaskRecord): void {
    this._destroy(state.stack);
    this._memory.frames.guestOs -= STACK_FRAMES;
  }

  /** One process or thread exits; its children become the parent's, as orphans go to init. */
  exit(task: Task): void {
    const state = this._recordOf(task);
    this._leave(state.space);
    this._dropStack(state);
    this._forget(state);
    this._refer(task.zone, -1);
  }

  private _forget(task: TaskRecord): void {
    task.hasExited = true;
    this._tasks.delete(task);
    task.parent?.children.delete(task);
    for (const child of task.children) task.parent?.children.add(child);
  }

  /**
   * Ends the container: every process at once. What is in its zone goes with the zone, without a
   * look at pages; processes that were put into other zones exit one by one. Blocks that are free
   * now.
   */
  kill(): number {
    this._expectAlive();
    this._isKilled = true;
    const spaces = new Set<AddressSpace>();
    for (const task of this._tasks) {
      if (this._zone === undefined || task.zone !== this._zone) {
        this.exit(task);
        continue;
      }
      this._dropStack(task);
      spaces.add(task.space);
      this._forget(task);
    }
    for (const space of spaces) {
      this._destroy(space.tables);
      this._memory.frames.pageTables -= space.tablePages;
    }
    this._dropKernel();
    const { czones } = this._guest;
    if (this._zone === undefined || czones === undefined) return 0;
    this._account(-this._anonymous);
    return czones.exit(this._zone, this._cpu);
  }

  private _dropKernel(): void {
    this._destroy(this._kernel);
    this._memory.frames.guestOs -= this._kernelFrames;
  }

  /** Ends a container whose first process could not start: its zone stays with whoever made it. */
  abandon(): void {
    this._isKilled = true;
    this._dropKernel();
  }

  /** Counts what came into a space before the guest was out of memory. */
  private _recount(space: AddressSpace, copied: number): void {
    const { core } = this._memory;
    const pages = expectAnswer(core.objects.pages(space.object), 'objects.pages');
    this._account(pages - space.pages + core.stat(STAT_COW_PAGES) - copied);
    space.pages = pages;
  }

  /** Anonymous frames that the tree has taken or given back. */
  private _account(frames: number): void {
    this._anonymous += frames;
    this._memory.frames.anonymous += frames;
  }
}
