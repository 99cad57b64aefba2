// One guest's physical memory: one Wasm instance, one exactly sized memory, typed calls and views.

import {
  ABI_VERSION,
  GUEST_BACKED_COUNT_OFFSET,
  GUEST_KSWAPD_WAKE_OFFSET,
  GUEST_PREFER_BACKED_OFFSET,
  GUEST_BACKING_SHIFT_OFFSET,
  GUEST_SHARED_COUNT_OFFSET,
  GUEST_SPAN_OFFSET,
  KERNEL_ZONES,
  KSWAPD_HIGHEST_SHIFT,
  KSWAPD_ORDER_SHIFT,
} from '../abi/layout.ts';
import { THP_ORDER } from '../abi/unit.ts';
import { Backing } from './backing.ts';
import { BalloonList } from './balloon.ts';
import { Compaction } from './compaction.ts';
import { type CoreConfig, expectSpace, withDefaults } from './config.ts';
import { CZoneCalls } from './czones.ts';
import { CoreError, expectAnswer } from './error.ts';
import { RefusedArgument, expectMade, expectObject, expectWords } from '../check/index.ts';
import type { CoreExports } from './exports.ts';
import { FrameView } from './frame-view.ts';
import { freeSpaceOf } from './free-space.ts';
import { Hotplug } from './hotplug.ts';
import { type FreeSpace, Instance } from './instance.ts';
import { instantiate, isOnLlfree } from './instantiate.ts';
import { Monitor } from './monitor.ts';
import { MoveLog } from './moves.ts';
import { Objects } from './objects.ts';
import { Pages } from './pages.ts';
import { Program } from './program.ts';
import { ReportingCalls } from './reporting.ts';
import { Scratch } from './scratch.ts';
import {
  type CoreSnapshot,
  checkSnapshot,
  clearGuest,
  markInUse,
  takeSnapshot,
  writeSnapshot,
} from './snapshot.ts';
import { ZoneView } from './zone-view.ts';

const ZONE = 'zone index';
const STAT = 'stat index';
const BALANCED = 'isBalanced order highest';

/** What a core works on: for files of this room and tests, not in the room's face. */
export let instanceOf: (core: Core) => Instance;
/** Ends a core (HandleEnded from now on) and hands out what it worked on; undefined: it was at rest. For the pool. */
export let endCore: (core: Core, what: string, why: string) => LeftInstance | undefined;
/** A core that holds a copy of the snapshot: on what an ended one of these sizes worked on. */
export let copyOnto: (left: LeftInstance, snapshot: CoreSnapshot) => Core;
/** A core whose tables are written from outside. */
export let filledCore: (
  config: Required<CoreConfig>,
  fill: (instance: Instance) => void,
  blank?: CoreExports,
) => Core;

/** What an ended core worked on, with what its guest came from: that says what another must clear. */
export interface LeftInstance {
  readonly raw: CoreExports;
  readonly image: CoreSnapshot | undefined;
}

/** What woke kswapd: the largest order and the highest zone asked since its last run. */
export interface KswapdWake {
  readonly order: number;
  readonly highest: number;
}

/**
 * The Wasm core of one guest. Calls are grouped by what they are about; an answer of theirs is zero
 * or above, a STATUS_* below. Frame numbers and counts are plain numbers.
 */
export class Core {
  /** Sizes of its tables and its build, defaults filled in. */
  readonly config: Required<CoreConfig>;
  private readonly _instance: Instance;
  /** Page requests and frees: `alloc_pages` and its kin. */
  readonly pages: Pages;
  /** Memory objects: arrays of frames that processes map, share and fork. */
  readonly objects: Objects;
  /** Which frames have host memory behind them. */
  readonly backing: Backing;
  /** The frames that a balloon's driver holds. */
  readonly balloon: BalloonList;
  /** Moves of pages that make room for large blocks and ranges. */
  readonly compaction: Compaction;
  /** Memory that comes and goes, as blocks of it go online and offline. */
  readonly hotplug: Hotplug;
  /** Free blocks on their way to the host: free page reporting. */
  readonly reporting: ReportingCalls;
  /** Zones of one owner each, made of blocks of a region. */
  readonly czones: CZoneCalls;
  /** A guest on LLFree: what its host does to its tables. */
  readonly monitor: Monitor | undefined;
  /** The log of pages that moved, for a host that knows frames by number. */
  readonly moves: MoveLog;
  /** Runs a compiled recording (`guestmem verify`). */
  readonly program: Program;
  /** State of single frames and of ranges, as they are at the moment. */
  readonly frames: FrameView;
  /** The zones that a kernel has by itself. */
  readonly kernelZones: readonly ZoneView[];
  private readonly _czones: ZoneView[] = [];
  /** What the guest came from; undefined: it was made empty. */
  private _image: CoreSnapshot | undefined;

  static {
    instanceOf = (core) => expectMade('core', core, Core, 'a Core')._instance;
    endCore = (core, what, why) => {
      const { _instance, _image: image } = expectMade('core', core, Core, 'a Core');
      const raw = _instance.end(what, why);
      return raw && { raw, image };
    };
    copyOnto = ({ raw, image }, snapshot) => {
      const core = new Core(snapshot.config, raw);
      core._image = image;
      core.restore(snapshot);
      return core;
    };
    filledCore = (config, fill, blank = Core.blank(config)) => {
      const core = new Core(config, blank);
      fill(core._instance);
      Core.attach(core._instance.raw);
      return core;
    };
  }

  private constructor(config: Required<CoreConfig>, raw: CoreExports) {
    const instance = new Instance(raw, config);
    const scratch = new Scratch(instance);
    this.config = config;
    this._instance = instance;
    this.pages = new Pages(instance);
    this.objects = new Objects(instance, scratch);
    this.backing = new Backing(instance);
    this.balloon = new BalloonList(instance, scratch);
    this.compaction = new Compaction(instance);
    this.hotplug = new Hotplug(instance, scratch);
    this.reporting = new ReportingCalls(instance, scratch);
    this.czones = new CZoneCalls(instance, scratch);
    this.monitor = isOnLlfree(config.build) ? new Monitor(instance) : undefined;
    this.moves = new MoveLog(instance, scratch);
    this.program = new Program(instance);
    this.frames = new FrameView(instance);
    this.kernelZones = Array.from({ length: KERNEL_ZONES }, (_, at) => new ZoneView(instance, at));
  }

  /** A new, empty guest. Throws CoreError when a size is out of range or memory is short. */
  static create(config: CoreConfig): Core {
    const full = withDefaults(config);
    const raw = instantiate(full.build);
    Core.layOut(full, raw);
    Core.attach(raw);
    return new Core(full, raw);
  }

  private static layOut(config: Required<CoreConfig>, raw: CoreExports): void {
    const { frames, cpus, czones, objects, nodes, bufferSlots } = config;
    expectSpace(config, raw.create(frames, cpus, czones, objects, nodes, bufferSlots));
  }

  /** Makes the instance an empty guest again, as create() left it. */
  reset(): void {
    Core.layOut(this.config, this._instance.raw);
    this._image = undefined;
  }

  /** A zone by its index in the core: kernel zones first, then CZones. */
  zone(index: number): ZoneView {
    expectWords(ZONE, index);
    const kernelZone = this.kernelZones[index];
    if (kernelZone !== undefined) return kernelZone;
    return (this._czones[index - KERNEL_ZONES] ??= new ZoneView(this._instance, index));
  }

  /** What is free on the lists of all zones, if its allocator has lists; looking changes nothing, and keeps no guest awake. */
  freeSpace(): FreeSpace | undefined {
    if (this.monitor !== undefined) return undefined;
    const instance = this._instance;
    const { isUsed, rest } = instance;
    const free = rest?.free ?? freeSpaceOf(instance);
    instance.isUsed = isUsed;
    return free;
  }

  /** Frames from 0 to the end of all that is or may become memory. */
  get spanFrames(): number {
    return this._instance.headerWord(GUEST_SPAN_OFFSET);
  }

  /** Frames with host memory behind them, the template's included. */
  get backedFrames(): number {
    return this._instance.headerWord(GUEST_BACKED_COUNT_OFFSET);
  }

  /** Of those, frames that are still the template's copy. */
  get sharedFrames(): number {
    return this._instance.headerWord(GUEST_SHARED_COUNT_OFFSET);
  }

  /** Frames of host memory that only this guest uses. */
  get privateFrames(): number {
    return this.backedFrames - this.sharedFrames;
  }

  /** What the allocator wants kswapd to run for, once; undefined: it may sleep. */
  takeKswapdWake(): KswapdWake | undefined {
    const wake = this._instance.headerWord(GUEST_KSWAPD_WAKE_OFFSET);
    if (wake === 0) return undefined;
    this._instance.setHeaderWord(GUEST_KSWAPD_WAKE_OFFSET, 0);
    const highest = (wake >>> KSWAPD_HIGHEST_SHIFT) & 0xff;
    return { order: wake >>> KSWAPD_ORDER_SHIFT, highest };
  }

  /** Whether requests of an order that may use zones up to `highest` leave kswapd nothing to do. */
  isBalanced(wake: KswapdWake): boolean {
    const { order, highest } = expectObject('wake', wake);
    expectWords(BALANCED, order, highest);
    return expectAnswer(this._instance.raw.nodeBalanced(order, highest), 'nodeBalanced') !== 0;
  }

  /** Order of the host's pages behind the guest: 0 (4 KiB) or 9 (2 MiB). */
  get backingOrder(): number {
    return this._instance.headerWord(GUEST_BACKING_SHIFT_OFFSET);
  }

  /** Order of the host pages behind the guest. */
  setBackingOrder(order: 0 | typeof THP_ORDER): void {
    if (order !== 0 && order !== THP_ORDER) {
      throw new RefusedArgument('order', `0 or ${THP_ORDER}`, order);
    }
    this._instance.setHeaderWord(GUEST_BACKING_SHIFT_OFFSET, order);
  }

  /** Whether CZones hand out free frames with host memory behind them first. */
  setPreferBacked(prefer: boolean): void {
    this._instance.setHeaderWord(GUEST_PREFER_BACKED_OFFSET, prefer ? 1 : 0);
  }

  /** A counter of the core by its STAT_* index. */
  stat(index: number): number {
    expectWords(STAT, index);
    return this._instance.stat(index);
  }

  /** Copies the guest: everything up to the last table node ever used. */
  snapshot(): CoreSnapshot {
    return takeSnapshot(this.config, this._instance, this._image);
  }

  /** Makes this instance the copied guest. Its tables must have the snapshot's sizes. */
  restore(snapshot: CoreSnapshot): void {
    checkSnapshot(snapshot);
    const same = (['frames', 'cpus', 'czones', 'objects', 'nodes', 'bufferSlots'] as const).every(
      (key) => snapshot.config[key] === this.config[key],
    );
    if (!same) throw new CoreError('restore: the snapshot is of a guest with other table sizes');
    clearGuest(this._instance, this._image, snapshot);
    writeSnapshot(snapshot, this._instance.words);
    Core.attach(this._instance.raw);
    this._cameFrom(snapshot);
  }

  /** A copy of the snapshot in a memory that was laid out for it and is zero, or in a new instance. */
  static fromSnapshot(snapshot: CoreSnapshot, blank?: CoreExports): Core {
    checkSnapshot(snapshot);
    const fill = ({ words }: Instance): void => writeSnapshot(snapshot, words);
    const core = filledCore(snapshot.config, fill, blank);
    core._cameFrom(snapshot);
    return core;
  }

  /** An instance whose tables are to be written from outside. */
  private static blank(config: Required<CoreConfig>): CoreExports {
    const { frames, cpus, czones, objects, nodes, bufferSlots, build } = config;
    const raw = instantiate(build);
    expectSpace(config, raw.layOut(frames, cpus, czones, objects, nodes, bufferSlots));
    return raw;
  }

  private static attach(raw: CoreExports): void {
    if (raw.attach() === ABI_VERSION) return;
    throw new CoreError(`the built core does not speak ABI version ${ABI_VERSION}: build again`);
  }

  private _cameFrom(snapshot: CoreSnapshot): void {
    this._image = snapshot;
    markInUse(this._instance, snapshot);
  }

  /** 32-bit hash of the guest's state: equal states have equal hashes on any machine. */
  hash(): number {
    return this._instance.raw.stateHash() >>> 0;
  }
}
