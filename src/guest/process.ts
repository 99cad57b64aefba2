// A process that runs a container's function: anonymous memory, temporary memory of a call, page
// tables, and the kernel memory that it and its container cost. With a CZone its user pages come
// from there; kernel memory never does.

import {
  type FrameRange,
  GFP_HIGHUSER_MOVABLE,
  GFP_KERNEL,
  NONE,
  OBJECT_ANON,
  OBJECT_KERNEL,
  expectAnswer,
} from '../core/index.ts';
import { pageTableFrames } from './footprint.ts';
import type { GuestKernel } from './kernel.ts';

/** Stack and data pages that a child writes between fork and exec. */
const PRE_EXEC_PAGES = 4;

export interface ProcessConfig {
  readonly cpu: number;
  /** Kernel stacks, cgroup, namespaces: frames besides page tables. */
  readonly kernelFrames: number;
  /** Pages that the process will map in all; sizes its page tables. */
  readonly mappedPages: number;
  /** CZone to place it in; undefined: the kernel's zones. */
  readonly czone?: number | undefined;
}

export class Process {
  readonly #guest: GuestKernel;
  readonly #cpu: number;
  readonly #czone: number | undefined;
  readonly #anonymous: number;
  readonly #temporary: number;
  readonly #tables: number;
  readonly #kernel: number;
  #anonymousPages = 0;
  #temporaryPages = 0;
  #tablePages: number;
  #kernelPages: number;

  /**
   * fork from the agent into the zone, then exec: the child's copy of the agent goes, an empty
   * address space comes.
   */
  constructor(guest: GuestKernel, config: ProcessConfig) {
    this.#guest = guest;
    this.#cpu = config.cpu;
    this.#czone = config.czone;
    const zone = config.czone ?? NONE;
    this.#forkAndExec(zone);
    this.#anonymous = this.#create(OBJECT_ANON, zone, GFP_HIGHUSER_MOVABLE);
    this.#temporary = this.#create(OBJECT_ANON, zone, GFP_HIGHUSER_MOVABLE);
    this.#tables = this.#create(OBJECT_KERNEL, NONE, GFP_KERNEL);
    this.#kernel = this.#create(OBJECT_KERNEL, NONE, GFP_KERNEL);
    const { memory } = guest;
    const tables = pageTableFrames(config.mappedPages);
    this.#tablePages = memory.touch(this.#tables, 0, tables, true, this.#cpu, 0);
    this.#kernelPages = memory.touch(this.#kernel, 0, config.kernelFrames, true, this.#cpu, 0);
    memory.frames.pageTables += this.#tablePages;
    memory.frames.guestOs += this.#kernelPages;
  }

  #create(kind: number, zone: number, gfp: number): number {
    return expectAnswer(this.#guest.core.objects.create(kind, zone, gfp), 'objects.create');
  }

  #forkAndExec(zone: number): void {
    const { core, memory, agentObject, config } = this.#guest;
    const { agentFrames } = config.kernel;
    const child = expectAnswer(core.objects.fork(agentObject, zone, this.#cpu), 'objects.fork');
    const written = Math.min(PRE_EXEC_PAGES, agentFrames);
    memory.touch(child, 0, written, true, this.#cpu, agentFrames);
    expectAnswer(core.objects.destroy(child, this.#cpu), 'objects.destroy');
    memory.asSystem(() => {
      memory.touch(agentObject, 0, written, true, this.#cpu, agentFrames);
    });
  }

  get anonymousPages(): number {
    return this.#anonymousPages + this.#temporaryPages;
  }

  /** Reads or writes pages of the heap; new ones are faulted in. */
  touch(start: number, pages: number, write: boolean): void {
    const { memory } = this.#guest;
    const got = memory.touch(this.#anonymous, start, pages, write, this.#cpu, this.#anonymousPages);
    if (got === 0) return;
    this.#anonymousPages += got;
    memory.frames.anonymous += got;
  }

  /** Unmaps pages of the heap: their frames are free in the guest, and stay with it. */
  free(start: number, pages: number): void {
    const { core, memory } = this.#guest;
    const freed = core.objects.truncate(this.#anonymous, start, pages, this.#cpu);
    this.#anonymousPages -= expectAnswer(freed, 'objects.truncate');
    memory.frames.anonymous -= freed;
  }

  /** Maps temporary memory and writes it. */
  touchTemporary(pages: number): void {
    const { memory } = this.#guest;
    const before = this.#temporaryPages;
    const got = memory.touch(this.#temporary, 0, pages, true, this.#cpu, before);
    this.#temporaryPages += got;
    memory.frames.anonymous += got;
  }

  /** Unmaps it: the frames are free in the guest, and stay with it. */
  freeTemporary(): void {
    if (this.#temporaryPages === 0) return;
    const { core, memory } = this.#guest;
    core.objects.truncate(this.#temporary, 0, this.#temporaryPages, this.#cpu);
    memory.frames.anonymous -= this.#temporaryPages;
    this.#temporaryPages = 0;
  }

  /**
   * Ends the process. In a CZone its user pages are discarded with the zone, whose ranges are
   * returned for the host to take back; otherwise each page goes back to the allocator and nothing
   * is returned.
   */
  exit(): FrameRange[] {
    const { core, memory, czones } = this.#guest;
    memory.frames.anonymous -= this.anonymousPages;
    memory.frames.pageTables -= this.#tablePages;
    memory.frames.guestOs -= this.#kernelPages;
    this.#anonymousPages = 0;
    this.#temporaryPages = 0;
    this.#tablePages = 0;
    this.#kernelPages = 0;
    for (const object of [this.#anonymous, this.#temporary]) this.#drop(object);
    for (const object of [this.#tables, this.#kernel]) {
      expectAnswer(core.objects.destroy(object, this.#cpu), 'objects.destroy');
    }
    if (this.#czone === undefined || czones === undefined) return [];
    return czones.destroy(this.#czone);
  }

  /** In a zone of its own, whole; where pages may be shared or lie elsewhere, one by one. */
  #drop(object: number): void {
    const { objects } = this.#guest.core;
    if (this.#czone !== undefined && objects.discard(object) >= 0) return;
    expectAnswer(objects.destroy(object, this.#cpu), 'objects.destroy');
  }
}
