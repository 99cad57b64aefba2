// One guest's physical memory: one Wasm instance, one exactly sized memory, typed calls and views.

import {
  ABI_VERSION,
  GUEST_BACKED_COUNT_OFFSET,
  GUEST_BASE,
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
import { decodeSnapshot, encodeSnapshot } from './bytes.ts';
import { Compaction } from './compaction.ts';
import { type CoreConfig, expectSpace, withDefaults } from './config.ts';
import { CZoneCalls } from './czones.ts';
import { CoreError, expectAnswer } from './error.ts';
import { RefusedArgument } from '../check/index.ts';
import type { CoreExports } from './exports.ts';
import { FrameView } from './frame-view.ts';
import { Hotplug } from './hotplug.ts';
import { Instance } from './instance.ts';
import { type CoreBuild, instantiate } from './instantiate.ts';
import { MoveLog } from './moves.ts';
import { Objects } from './objects.ts';
import { Pages } from './pages.ts';
import { Program } from './program.ts';
import { ReportingCalls } from './reporting.ts';
import { Scratch } from './scratch.ts';
import { type CoreSnapshot, checkSnapshot, snapshotOf, writeRuns } from './snapshot.ts';
import { ZoneView } from './zone-view.ts';

/** What a core works on: for files of this room and tests, not in the room's face. */
export let instanceOf: (core: Core) => Instance;
/** Ends a core (HandleEnded from now on) and hands out what it worked on. For the pool. */
export let endCore: (core: Core, what: string, why: string) => CoreExports;
/** A core that holds a copy of the snapshot: on what an ended one of these sizes worked on. */
export let copyOnto: (raw: CoreExports, snapshot: CoreSnapshot) => Core;

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
  readonly config: Required<CoreConfig>;
  readonly #instance: Instance;
  readonly pages: Pages;
  readonly objects: Objects;
  readonly backing: Backing;
  readonly balloon: BalloonList;
  readonly compaction: Compaction;
  readonly hotplug: Hotplug;
  readonly reporting: ReportingCalls;
  readonly czones: CZoneCalls;
  readonly moves: MoveLog;
  readonly program: Program;
  readonly frames: FrameView;
  /** The zones that a kernel has by itself. */
  readonly kernelZones: readonly ZoneView[];
  readonly #czones: ZoneView[] = [];

  static {
    instanceOf = (core) => core.#instance;
    endCore = (core, what, why) => core.#instance.end(what, why);
    copyOnto = (raw, snapshot) => {
      checkSnapshot(snapshot);
      overwrite(raw, new Uint8Array(raw.memory.buffer), snapshot);
      return new Core(snapshot.config, raw);
    };
  }

  private constructor(config: Required<CoreConfig>, raw: CoreExports) {
    const instance = new Instance(raw, config.bufferSlots);
    const scratch = new Scratch(instance);
    this.config = config;
    this.#instance = instance;
    this.pages = new Pages(instance);
    this.objects = new Objects(instance, scratch);
    this.backing = new Backing(instance);
    this.balloon = new BalloonList(instance, scratch);
    this.compaction = new Compaction(instance);
    this.hotplug = new Hotplug(instance, scratch);
    this.reporting = new ReportingCalls(instance, scratch);
    this.czones = new CZoneCalls(instance, scratch);
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
    if (raw.attach() !== ABI_VERSION) {
      throw new CoreError(`the built core does not speak ABI version ${ABI_VERSION}: build again`);
    }
    return new Core(full, raw);
  }

  private static layOut(config: Required<CoreConfig>, raw: CoreExports): void {
    const { frames, cpus, czones, objects, nodes, bufferSlots } = config;
    expectSpace(config, raw.create(frames, cpus, czones, objects, nodes, bufferSlots));
  }

  /** Makes the instance an empty guest again, as create() left it. */
  reset(): void {
    Core.layOut(this.config, this.#instance.raw);
  }

  /** A zone by its index in the core: kernel zones first, then CZones. */
  zone(index: number): ZoneView {
    const kernelZone = this.kernelZones[index];
    if (kernelZone !== undefined) return kernelZone;
    return (this.#czones[index - KERNEL_ZONES] ??= new ZoneView(this.#instance, index));
  }

  get spanFrames(): number {
    return this.#instance.headerWord(GUEST_SPAN_OFFSET);
  }

  /** Frames with host memory behind them, the template's included. */
  get backedFrames(): number {
    return this.#instance.headerWord(GUEST_BACKED_COUNT_OFFSET);
  }

  /** Of those, frames that are still the template's copy. */
  get sharedFrames(): number {
    return this.#instance.headerWord(GUEST_SHARED_COUNT_OFFSET);
  }

  /** Frames of host memory that only this guest uses. */
  get privateFrames(): number {
    return this.backedFrames - this.sharedFrames;
  }

  /** What the allocator wants kswapd to run for, once; undefined: it may sleep. */
  takeKswapdWake(): KswapdWake | undefined {
    const wake = this.#instance.headerWord(GUEST_KSWAPD_WAKE_OFFSET);
    if (wake === 0) return undefined;
    this.#instance.setHeaderWord(GUEST_KSWAPD_WAKE_OFFSET, 0);
    const highest = (wake >>> KSWAPD_HIGHEST_SHIFT) & 0xff;
    return { order: wake >>> KSWAPD_ORDER_SHIFT, highest };
  }

  /** Whether requests of an order that may use zones up to `highest` leave kswapd nothing to do. */
  isBalanced({ order, highest }: KswapdWake): boolean {
    return expectAnswer(this.#instance.raw.nodeBalanced(order, highest), 'nodeBalanced') !== 0;
  }

  get backingOrder(): number {
    return this.#instance.headerWord(GUEST_BACKING_SHIFT_OFFSET);
  }

  /** Order of the host pages behind the guest. */
  setBackingOrder(order: 0 | typeof THP_ORDER): void {
    if (order !== 0 && order !== THP_ORDER) {
      throw new RefusedArgument('order', `0 or ${THP_ORDER}`, order);
    }
    this.#instance.setHeaderWord(GUEST_BACKING_SHIFT_OFFSET, order);
  }

  /** Whether CZones hand out free frames with host memory behind them first. */
  setPreferBacked(prefer: boolean): void {
    this.#instance.setHeaderWord(GUEST_PREFER_BACKED_OFFSET, prefer ? 1 : 0);
  }

  /** A counter of the core by its STAT_* index. */
  stat(index: number): number {
    return this.#instance.stats[index] ?? 0;
  }

  /** Copies the guest: everything up to the last table node ever used. */
  snapshot(): CoreSnapshot {
    const { raw, bytes } = this.#instance;
    return snapshotOf(this.config, bytes.slice(GUEST_BASE, raw.snapshotBytes()));
  }

  /** Makes this instance the copied guest. Its tables must have the snapshot's sizes. */
  restore(snapshot: CoreSnapshot): void {
    checkSnapshot(snapshot);
    const same = (['frames', 'cpus', 'czones', 'objects', 'nodes', 'bufferSlots'] as const).every(
      (key) => snapshot.config[key] === this.config[key],
    );
    if (!same) throw new CoreError('restore: the snapshot is of a guest with other table sizes');
    const { raw, bytes } = this.#instance;
    overwrite(raw, bytes, snapshot);
  }

  /** A new instance that holds a copy of the snapshot. */
  static fromSnapshot(snapshot: CoreSnapshot): Core {
    checkSnapshot(snapshot);
    const { frames, cpus, czones, objects, nodes, bufferSlots, build } = snapshot.config;
    const raw = instantiate(build);
    expectSpace(snapshot.config, raw.layOut(frames, cpus, czones, objects, nodes, bufferSlots));
    writeRuns(snapshot, new Uint8Array(raw.memory.buffer), GUEST_BASE);
    if (raw.attach() !== ABI_VERSION) {
      throw new CoreError(`the snapshot is not of ABI version ${ABI_VERSION}`);
    }
    return new Core(snapshot.config, raw);
  }

  /** The guest in a versioned byte form (bytes.ts), for files. */
  toBytes(): Uint8Array {
    return encodeSnapshot(this.snapshot());
  }

  /**
   * The guest that toBytes() wrote. Throws CoreError for bytes of another version or damaged ones.
   */
  static fromBytes(bytes: Uint8Array, build: CoreBuild = 'release'): Core {
    return Core.fromSnapshot(decodeSnapshot(bytes, build));
  }

  /** 32-bit hash of the guest's state: equal states have equal hashes on any machine. */
  hash(): number {
    return this.#instance.raw.stateHash() >>> 0;
  }
}

/** Writes a snapshot over whatever guest is there. */
function overwrite(raw: CoreExports, bytes: Uint8Array, snapshot: CoreSnapshot): void {
  const used = Math.max(raw.snapshotBytes(), GUEST_BASE + snapshot.bytes.length);
  bytes.fill(0, GUEST_BASE, used);
  writeRuns(snapshot, bytes, GUEST_BASE);
  if (raw.attach() !== ABI_VERSION) {
    throw new CoreError(`the snapshot is not of ABI version ${ABI_VERSION}`);
  }
}
