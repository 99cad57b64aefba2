// A guest kernel: boots in a core, holds what a kernel of its size holds, starts processes. A
// booted guest can be imaged and made again from the image, which is what templates and cold boots
// of the same machine are.

import { bound } from '../graph/index.ts';
import {
  COUNT,
  FLAG,
  LIST,
  OBJECT,
  RefusedArgument,
  type Shape,
  expectFunction,
  expectInteger,
  expectMade,
  expectObject,
  expectShape,
} from '../check/index.ts';
import {
  type BootLayout,
  Core,
  type CoreConfig,
  type CoreSnapshot,
  type FrameSet,
  GFP_HIGHUSER_MOVABLE,
  GFP_KERNEL,
  NONE,
  OBJECT_ANON,
  OBJECT_KERNEL,
  THP_ORDER,
  boot,
  expectAnswer,
  layoutOf,
} from '../core/index.ts';
import { type Counts, Meter, expectCounts, newCounts, takenIn } from './counts.ts';
import { CZones } from './zones.ts';
import { type ResumeTouches, memmapFrames } from './footprint.ts';
import { GuestOutOfMemory } from './error.ts';
import { type GuestConfig, IMAGE_START, expectMachine, memmapRange } from './machine.ts';
import {
  type FreeList,
  type GuestFrame,
  type ProcFiles,
  framesOf,
  freeListsOf,
  procOf,
} from './inspect.ts';
import { GuestMemory } from './memory.ts';
import { PageCache, type PageCacheState } from './page-cache.ts';
import type { TreeState } from './tree-state.ts';
import { type Scattered, scattered } from './scattered.ts';
import type { FrameUse } from './use.ts';
import type { CompactionPace } from './kcompactd.ts';
import { KernelClocks, Workers } from './workers.ts';

const SYSTEM_FILES = 'root file system';
/**
 * Objects of a container's process (address space, page tables, stack, cgroup) and one more: between
 * fork and exec there are two address spaces.
 */
const OBJECTS_PER_PROCESS = 5;
const OBJECTS_OF_SYSTEM = 16;
/** Pages that an object can have. */
const PAGES_MAX = 2 ** 32 - 1;

/** A booted guest as bytes, with what the kernel knows outside the core. */
export interface GuestImage {
  readonly config: GuestConfig;
  readonly core: CoreSnapshot;
  /** Frames of the image that host memory must hold. */
  readonly backedFrames: number;
  /** The frames are a template's: clones map and copy them. */
  readonly template: boolean;
  /** What its backed frames are for; the rest of them is free. */
  readonly use: Readonly<FrameUse>;
  readonly kernelObject: number;
  readonly agentObject: number;
  readonly files: PageCacheState;
  /** Of a guest that was frozen at work. */
  readonly frozen?: Frozen | undefined;
}

/** A function at work in an image: its process, and the image's frames. */
export interface Frozen {
  readonly process: TreeState;
  readonly frames: FrameSet;
  /** What starting the process took. */
  readonly counts: Counts;
}

function bootLayout(config: GuestConfig): BootLayout {
  const { memoryFrames, region, kernel, hotplugEndFrame = 0 } = config;
  const image = { start: IMAGE_START, count: kernel.imageFrames };
  const regionEnd = region === undefined ? 0 : region.start + region.frames;
  return layoutOf(memoryFrames, [image, memmapRange(config)], Math.max(regionEnd, hotplugEndFrame));
}

function coreConfig(config: GuestConfig, layout: BootLayout): CoreConfig {
  const { cpus, processes, files, region, build } = config;
  return {
    frames: layout.frames,
    cpus,
    czones: region === undefined ? 0 : processes,
    objects: OBJECTS_OF_SYSTEM + files + processes * OBJECTS_PER_PROCESS,
    bufferSlots: 64,
    build,
  };
}

const IMAGE: Shape = {
  config: OBJECT,
  core: OBJECT,
  template: FLAG,
  backedFrames: COUNT,
  use: OBJECT,
  kernelObject: COUNT,
  agentObject: COUNT,
  files: [LIST],
};

/** The image, if it looks like one: the core looks at its own part. */
export function expectImage(image: GuestImage): GuestImage {
  expectMachine(expectShape('image', image, IMAGE).config);
  return image;
}

/** What is called where nobody listens. */
export function nothing(): void {}

/**
 * A guest kernel that has booted: its memory, files, and zones. Exported as `Guest`; a VM has it as `vm.guest`, and in
 * a VM its calls are the VM's to make.
 */
export class GuestKernel {
  /** The machine that it booted on. */
  readonly config: GuestConfig;
  /** Every frame, and the allocator under the kernel. */
  readonly core: Core;
  /** Requests with the slow path behind them: reclaim, compaction, the OOM killer. */
  readonly memory: GuestMemory;
  /** Pages of files, shared by all who read them, dropped when memory is short. */
  readonly files: PageCache;
  /** Zones of single containers; undefined: the machine has no region for them. */
  readonly czones: CZones | undefined;
  /** Anonymous memory of init and the agent, which containers are forked from. */
  readonly agentObject: number;
  /** The process that it was cloned with. */
  readonly process: TreeState | undefined;
  private readonly _kernelObject: number;
  private readonly _meter: Meter;
  private readonly _background: (() => void)[] = [];
  /** How many of those do nothing a second time, when nothing happened since the first. */
  private _polls = 0;
  /** Called when a worker has moved pages: host memory may be behind other frames now. */
  onMoved: () => void = nothing;
  /** Called before a worker of the kernel does anything by itself. */
  onStir: () => void = nothing;
  private readonly _workers: Workers;
  /** Frames of the boot memmap that this clone has written. */
  private _memmapWritten = 0;

  private constructor(
    config: GuestConfig,
    core: Core,
    state: Pick<GuestImage, 'kernelObject' | 'agentObject' | 'files' | 'frozen'>,
    cloned: boolean,
    clocks: KernelClocks,
  ) {
    this.config = config;
    this.core = core;
    this.process = state.frozen?.process;
    this.memory = new GuestMemory(core, cloned, state.frozen !== undefined);
    this.files = new PageCache(this.memory, state.files);
    this._kernelObject = state.kernelObject;
    this.agentObject = state.agentObject;
    this.memory.addOwner(bound(this, this._ownObjects));
    this._meter = new Meter(core);
    const about = bound(this, this._about);
    this._workers = new Workers(this.memory, clocks, about, bound(this, this._worked));
    if (config.region !== undefined) {
      const czones = new CZones(this.memory, config.region);
      this.czones = czones;
      this.addPoll(bound(czones, czones.settle));
    }
  }

  private _ownObjects(): [number, 'guestOs'][] {
    return [[this.agentObject, 'guestOs']];
  }

  private _about(): void {
    this.onStir();
  }

  /**
   * Boots a guest and keeps its image. `template`: the image's frames are shared by what is made
   * from it. Throws RefusedArgument for a machine that cannot be made.
   */
  static bootImage(config: GuestConfig, template: boolean): GuestImage {
    expectMachine(config);
    try {
      return GuestKernel._boot(config, template);
    } catch (error) {
      if (!(error instanceof GuestOutOfMemory)) throw error;
      const expected = 'memory for all that the kernel holds after boot';
      throw new RefusedArgument('memoryFrames', expected, config.memoryFrames);
    }
  }

  private static _boot(config: GuestConfig, template: boolean): GuestImage {
    const { kernel } = config;
    const layout = bootLayout(config);
    const core = Core.create(coreConfig(config, layout));
    boot(core, layout, config.thp ?? true);
    for (const { start, count } of layout.reserved) {
      expectAnswer(core.backing.touch(start, count, true), 'backing.touch');
    }
    const memory = new GuestMemory(core, false);
    const files = new PageCache(memory);
    const make = (kind: number, gfp: number): number =>
      expectAnswer(core.objects.create(kind, NONE, gfp), 'objects.create');
    const kernelObject = make(OBJECT_KERNEL, GFP_KERNEL);
    memory.touch(kernelObject, 0, kernel.dynamicFrames, true, 0, 0);
    files.read(SYSTEM_FILES, kernel.pageCacheFrames, 0, true);
    const agentObject = make(OBJECT_ANON, GFP_HIGHUSER_MOVABLE);
    memory.touch(agentObject, 0, kernel.agentFrames, true, 0, 0);
    const { backedFrames } = core;
    if (template) core.backing.freezeTemplate();
    return {
      config,
      core: core.snapshot(),
      backedFrames,
      use: { guestOs: backedFrames, file: 0, anonymous: 0, pageTables: 0 },
      template,
      kernelObject,
      agentObject,
      files: files.state(),
    };
  }

  /**
   * Freezes the guest as it is, its function's process ready for calls: a template, and this guest's end. `order`: of the
   * host's pages behind image and clones.
   */
  freeze(process: TreeState, order: 0 | typeof THP_ORDER): GuestImage {
    const { config, core, agentObject } = this;
    this.stopWorkers();
    const counts = newCounts();
    this.readCounts(counts);
    if (order === THP_ORDER) core.backing.widen();
    const { backedFrames } = core;
    const use = { ...this.memory.used };
    core.backing.freezeTemplate();
    return {
      config,
      core: core.snapshot(),
      backedFrames,
      use,
      template: true,
      kernelObject: this._kernelObject,
      agentObject,
      files: this.files.state(),
      frozen: { process, frames: core.backing.templateFrames(), counts },
    };
  }

  /** A guest on a core that already holds the image's bytes. Its kernel lives by `clocks`. */
  static fromImage(image: GuestImage, core: Core, clocks: KernelClocks): GuestKernel {
    expectImage(image);
    expectMade('core', core, Core, 'a Core');
    expectMade('clocks', clocks, KernelClocks, 'KernelClocks');
    const guest = new GuestKernel(image.config, core, image, image.template, clocks);
    if (!image.template) guest.memory.frames.guestOs += image.backedFrames;
    return guest;
  }

  /**
   * A clone's first steps to an answering agent: what it writes becomes its own, what it reads
   * stays shared.
   */
  wake(): void {
    if (this.process !== undefined) {
      this._resume(this.config.kernel);
      return;
    }
    const { agentFrames, dynamicFrames, imageFrames, pageCacheFrames } = this.config.kernel;
    const { cloneWrittenFrames, cloneReadFrames } = this.config.kernel;
    const { memory } = this;
    const agent = Math.min(agentFrames, cloneWrittenFrames);
    const dynamic = Math.min(dynamicFrames, cloneWrittenFrames - agent);
    const image = Math.min(imageFrames, cloneWrittenFrames - agent - dynamic);
    const imageRead = Math.min(imageFrames - image, cloneReadFrames);
    const cacheRead = Math.min(pageCacheFrames, cloneReadFrames - imageRead);
    memory.asSystem(() => {
      memory.touch(this.agentObject, 0, agent, true, 0, agentFrames);
      memory.touch(this._kernelObject, 0, dynamic, true, 0, dynamicFrames);
    });
    memory.touchSystemRange(IMAGE_START, image, true);
    memory.touchSystemRange(IMAGE_START + image, imageRead, false);
    this.files.read(SYSTEM_FILES, cacheRead, 0, true);
  }

  /** Runs of kcompactd take time, in batches of pages; `looksNs`: it looks by itself then. */
  paceCompaction(pace: CompactionPace, looksNs?: number): void {
    this._workers.paceCompaction(pace, looksNs);
  }

  /** A task has a zone compacted from edge to edge (vm.compact_memory), in batches, until it goes on (`endZone`). */
  compactZone(zone: number, cpu: number, pace: CompactionPace): void {
    this._workers.compactZone(zone, cpu, pace);
  }

  /** The task goes on: what is left of its run is over. */
  endZone(): void {
    this._workers.endZone();
  }

  /** All of the guest's memory is in an image, and nothing of it its own: its clocks stand still until it is resumed. */
  suspend(): void {
    this._workers.pause();
    this.files.unmap();
    this.core.backing.freezeTemplate();
    this.memory.mix();
  }

  /** It goes on from its image, and touches so much of the system's memory by itself. */
  resume(touched: ResumeTouches): void {
    this._workers.resume();
    this._resume(touched);
  }

  /** The same after a freeze at work: what goes on lies all over the system's memory. */
  private _resume(touched: ResumeTouches): void {
    const { cloneWrittenFrames, cloneReadFrames } = expectObject('touched', touched);
    const { memory, config } = this;
    const { agentFrames, dynamicFrames, imageFrames, pageCacheFrames } = config.kernel;
    const writable = agentFrames + dynamicFrames + imageFrames;
    const all = writable + pageCacheFrames;
    const readShare = Math.min(1, (cloneWrittenFrames + cloneReadFrames) / all);
    const writeShare = Math.min(readShare, cloneWrittenFrames / writable);
    const part = (pages: number): Scattered => ({
      pages,
      touched: Math.round(pages * readShare),
      written: Math.round(pages * writeShare),
    });
    for (const [object, pages] of [
      [this.agentObject, agentFrames],
      [this._kernelObject, dynamicFrames],
    ] as const) {
      scattered(part(pages), (start, count, write) =>
        memory.touch(object, start, count, write, 0, pages),
      );
    }
    scattered(part(imageFrames), (start, count, write) =>
      memory.touchSystemRange(IMAGE_START + start, count, write),
    );
    const files = this.files.open(SYSTEM_FILES);
    this.files.readScattered(files, pageCacheFrames, part(pageCacheFrames).touched, 0);
  }

  /**
   * A frame that is handed out has its struct page written. In a clone that copies template frames
   * of the memmap, one for 64 frames in use or in a balloon; memory of a CZone region that did not
   * boot with the guest, and memory that is plugged, has its struct pages from plugging.
   */
  noteMemmap(): void {
    if (!this.memory.cloned) return;
    const { guestOs, file, anonymous, pageTables } = this.memory.frames;
    const { region, hotplugEndFrame } = this.config;
    const isPlugged =
      (region !== undefined && region.isBooted !== true) || hotplugEndFrame !== undefined;
    const { heldFrames } = this.core.balloon;
    const used = guestOs + file + pageTables + heldFrames + (isPlugged ? 0 : anonymous);
    const { start, count } = memmapRange(this.config);
    const wanted = Math.min(memmapFrames(used), count);
    if (wanted <= this._memmapWritten) return;
    this.memory.touchSystemRange(start + this._memmapWritten, wanted - this._memmapWritten, true);
    this._memmapWritten = wanted;
  }

  /**
   * A process comes, writes so many new pages and goes: what leaves free memory with host frames
   * behind it. Throws GuestOutOfMemory when they do not fit.
   */
  writeAndFree(pages: number): void {
    expectInteger('pages', pages, 0, PAGES_MAX);
    const { objects } = this.core;
    const made = objects.create(OBJECT_ANON, NONE, GFP_HIGHUSER_MOVABLE);
    const object = expectAnswer(made, 'objects.create');
    try {
      this.memory.touch(object, 0, pages, true, 0, 0);
    } finally {
      expectAnswer(objects.destroy(object, 0), 'objects.destroy');
    }
  }

  /** Background work that the allocator asked for: kswapd, then the drivers' workers. Pages reclaimed. */
  runBackground(): number {
    this.memory.deliverMoves();
    const freed = this.memory.kswapd.run();
    this._workers.poll();
    for (const work of this._background) work();
    return freed;
  }

  /** What a driver does whenever the kernel gets round to background work. */
  addWork(work: () => void): void {
    this._background.push(expectFunction('work', work));
  }

  /** Background work that does nothing a second time, when nothing happened since the first: calls that recur leave it out. */
  addPoll(work: () => void): void {
    this.addWork(work);
    this._polls += 1;
  }

  /** Whether drivers have work in the background of which nobody knows what it would do. */
  get hasDriversWork(): boolean {
    return this._background.length > this._polls;
  }

  /** Skips background work after so many more pages have come or gone. */
  skipBackground(pages: number): void {
    this._workers.skip(expectInteger('pages', pages, 0));
  }

  /** Something else than calls that recur happens to the guest. */
  stir(): void {
    this._workers.stir();
  }

  /** Background work was skipped, for the last time at this one. */
  catchUp(lastNs: number): void {
    this._workers.catchUp(lastNs);
  }

  /** The VM has ended: no clock of the kernel goes on. */
  stopWorkers(): void {
    this._workers.stop();
  }

  private _worked(moved: boolean): void {
    for (const work of this._background) work();
    if (moved) this.onMoved();
  }

  /**
   * Frames of the guest's address space, one by one. Throws RefusedArgument for a range that does not
   * lie in it.
   */
  frames(start = 0, count?: number): Generator<GuestFrame> {
    const most = this.core.spanFrames - expectInteger('start', start, 0, this.core.spanFrames);
    return framesOf(this.core, start, expectInteger('count', count ?? most, 0, most));
  }

  /** The buddy allocator's lists that have blocks on them. */
  freeLists(): FreeList[] {
    return freeListsOf(this.core);
  }

  /** /proc/buddyinfo, pagetypeinfo and zoneinfo, as of when each is read. */
  get proc(): ProcFiles {
    return procOf(this.core);
  }

  /** Whether the guest's core did something since the last reading that disturbs calls. */
  get isDisturbed(): boolean {
    return this._meter.isDisturbed;
  }

  /** A number that rises when anything takes pages, or the host's memory behind them, from those who have them, or wakes a worker. */
  get taken(): number {
    return takenIn(this.core);
  }

  /** Whether everything that happened in it was read, and nobody waits for anything. */
  get isSettled(): boolean {
    return this._meter.isRead && this.core.moves.pending === 0 && !this.hasDriversWork;
  }

  /** What the guest's core did since the last reading is known. */
  skipCounts(): void {
    this._meter.skip();
  }

  /** Adds what the guest's core did since the last reading. */
  readCounts(target: Counts): void {
    expectCounts(target);
    this._meter.readInto(target);
  }
}
