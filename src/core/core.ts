// One guest's physical memory: one Wasm instance, one exactly sized memory, typed calls and views.

import {
  ABI_VERSION,
  BUFFER_SLOT_BYTES,
  GUEST_BACKED_COUNT_OFFSET,
  GUEST_BASE,
  GUEST_KSWAPD_WAKE_OFFSET,
  GUEST_PREFER_BACKED_OFFSET,
  GUEST_BACKING_SHIFT_OFFSET,
  GUEST_BUFFER_OFFSET,
  GUEST_SHARED_COUNT_OFFSET,
  GUEST_SPAN_OFFSET,
  STATS_BASE,
  STATS_MAX,
} from '../abi/layout.ts';
import { FRAME_SHIFT } from '../abi/unit.ts';
import { decodeSnapshot, encodeSnapshot } from './bytes.ts';
import { type CoreConfig, withDefaults } from './config.ts';
import { CoreError, expectAnswer } from './error.ts';
import type { CoreExports } from './exports.ts';
import { type CoreBuild, instantiate } from './instantiate.ts';
import { type CoreSnapshot, snapshotOf, writeRuns } from './snapshot.ts';

/** The Wasm core of one guest. Frame numbers and counts are plain numbers; statuses are below zero. */
export class Core {
  readonly config: Required<CoreConfig>;
  /** The raw calls, for hot paths. */
  readonly raw: CoreExports;
  /** Counters of the core by STAT_* index. */
  readonly stats: Float64Array;
  /** The buffer for compiled recordings and their log. */
  readonly buffer: Uint32Array;
  /** The guest header. */
  readonly header: Uint32Array;
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;

  private constructor(config: Required<CoreConfig>, raw: CoreExports) {
    this.config = config;
    this.raw = raw;
    const buffer = raw.memory.buffer;
    this.bytes = new Uint8Array(buffer);
    this.words = new Uint32Array(buffer);
    this.header = new Uint32Array(buffer, GUEST_BASE, 64);
    this.stats = new Float64Array(buffer, STATS_BASE, STATS_MAX);
    this.buffer = new Uint32Array(
      buffer,
      this.headerWord(GUEST_BUFFER_OFFSET),
      (config.bufferSlots * BUFFER_SLOT_BYTES) / 4,
    );
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
    expectAnswer(raw.create(frames, cpus, czones, objects, nodes, bufferSlots), 'create');
  }

  /** Makes the instance an empty guest again, as create() left it. */
  reset(): void {
    Core.layOut(this.config, this.raw);
  }

  /** A word of the guest header by its byte offset. */
  headerWord(offset: number): number {
    return this.header[offset >> 2] ?? 0;
  }

  setHeaderWord(offset: number, value: number): void {
    this.header[offset >> 2] = value;
  }

  get spanFrames(): number {
    return this.headerWord(GUEST_SPAN_OFFSET);
  }

  /** Frames with host memory behind them, the template's included. */
  get backedFrames(): number {
    return this.headerWord(GUEST_BACKED_COUNT_OFFSET);
  }

  /** Of those, frames that are still the template's copy. */
  get sharedFrames(): number {
    return this.headerWord(GUEST_SHARED_COUNT_OFFSET);
  }

  /** Frames of host memory that only this guest uses. */
  get privateFrames(): number {
    return this.backedFrames - this.sharedFrames;
  }

  /** True once after the allocator wanted kswapd to run. */
  takeKswapdWake(): boolean {
    const woken = this.headerWord(GUEST_KSWAPD_WAKE_OFFSET) !== 0;
    if (woken) this.setHeaderWord(GUEST_KSWAPD_WAKE_OFFSET, 0);
    return woken;
  }

  get backingOrder(): number {
    return this.headerWord(GUEST_BACKING_SHIFT_OFFSET);
  }

  /** Order of the host pages behind the guest: 0 (4 KiB) or 9 (2 MiB). */
  setBackingOrder(order: 0 | 9): void {
    this.setHeaderWord(GUEST_BACKING_SHIFT_OFFSET, order);
  }

  /** Whether CZones hand out free frames with host memory behind them first. */
  setPreferBacked(prefer: boolean): void {
    this.setHeaderWord(GUEST_PREFER_BACKED_OFFSET, prefer ? 1 : 0);
  }

  stat(index: number): number {
    return this.stats[index] ?? 0;
  }

  /** Copies the guest: everything up to the last table node ever used. */
  snapshot(): CoreSnapshot {
    const end = this.raw.snapshotBytes();
    return snapshotOf(this.config, this.bytes.slice(GUEST_BASE, end));
  }

  /** Makes this instance the copied guest. Its tables must have the snapshot's sizes. */
  restore(snapshot: CoreSnapshot): void {
    const same = (['frames', 'cpus', 'czones', 'objects', 'nodes', 'bufferSlots'] as const).every(
      (key) => snapshot.config[key] === this.config[key],
    );
    if (!same) throw new CoreError('restore: the snapshot is of a guest with other table sizes');
    const used = Math.max(this.raw.snapshotBytes(), GUEST_BASE + snapshot.bytes.length);
    this.bytes.fill(0, GUEST_BASE, used);
    writeRuns(snapshot, this.bytes, GUEST_BASE);
    if (this.raw.attach() !== ABI_VERSION) {
      throw new CoreError(`restore: the snapshot is not of ABI version ${ABI_VERSION}`);
    }
  }

  /** A new instance that holds a copy of the snapshot. */
  static fromSnapshot(snapshot: CoreSnapshot): Core {
    const { frames, cpus, czones, objects, nodes, bufferSlots, build } = snapshot.config;
    const raw = instantiate(build);
    expectAnswer(raw.layOut(frames, cpus, czones, objects, nodes, bufferSlots), 'layOut');
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

  /** The guest that toBytes() wrote. Throws CoreError for bytes of another version or damaged ones. */
  static fromBytes(bytes: Uint8Array, build: CoreBuild = 'release'): Core {
    return Core.fromSnapshot(decodeSnapshot(bytes, build));
  }

  /** 32-bit hash of the guest's state: equal states have equal hashes on any machine. */
  hash(): number {
    return this.raw.stateHash() >>> 0;
  }

  /** Guest-physical address of a frame, in bytes. */
  static address(pfn: number): number {
    return pfn * 2 ** FRAME_SHIFT;
  }
}
