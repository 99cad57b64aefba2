// HyperAlloc in a microVM: a guest on LLFree, a host that reads its tables. The host takes free huge frames by its own clock, and
// as many as it likes so that they are not the guest's any more; what comes back has memory when it is used.

import { bound } from '../../graph/index.ts';
import { PAGEBLOCK_FRAMES } from '../../abi/unit.ts';
import { FUNCTION, RefusedArgument, expectInteger, expectShape } from '../../check/index.ts';
import type { Operations } from '../../cost/index.ts';
import {
  COUNT_RELEASED_PAGES,
  type Counts,
  LlfreeZones,
  type Monitor,
  SHARED_ZONES,
  expectCounts,
  handledIn,
} from '../../guest/index.ts';
import type { Timers } from '../../time/index.ts';
import {
  type Connection,
  CoreLlfreeGuest,
  LlfreeDevice,
  LlfreeDriver,
  type LlfreeHost,
  POLICY_SPEC,
  type ProbeFailure,
  type VirtioDevice,
} from '../../virtio/index.ts';
import { exitsOf, expectRunningVm, plugIn, quietTimersOf } from '../attach.ts';
import type { MicroVm } from '../microvm.ts';
import type { Given, MemoryDevice } from './device.ts';

/** How often the host looks, and who hears of it. */
export interface HyperAllocOptions {
  /** From the end of a pass over the guest's tables to the next, 5 s if not said; null: there are none. */
  readonly scanDelayNs?: number | null;
  /** Hears of what a pass took. */
  readonly given?: Given;
}

/** HyperAlloc in a microVM: the host reads the tables of the guest's allocator (LLFree), and takes free huge frames without asking. */
export class HyperAlloc implements MemoryDevice {
  /** The VM that it is attached to. */
  readonly vm: MicroVm;
  /** The host's monitor. */
  readonly model: LlfreeDevice;
  /** Its virtqueues and registers. */
  readonly device: VirtioDevice;
  /** The guest's side. */
  readonly driver: LlfreeDriver;
  /** Why the driver could not take the device. */
  readonly failure: ProbeFailure | undefined;
  /** The registers through which the driver found it. */
  readonly mmio: Connection['mmio'];
  /** Free huge frames have nothing in them. */
  readonly unmovableFrames: number = 0;
  private _wantedFrames = 0;
  private _tookOut = 0;

  /** Attaches the device and probes the driver. The guest must be on LLFree (`onLlfree`). */
  constructor(vm: MicroVm, timers: Timers, options: HyperAllocOptions = {}) {
    expectRunningVm(vm);
    const { scanDelayNs, given } = expectShape('hyperalloc', options, { 'given?': FUNCTION });
    if (typeof scanDelayNs === 'number') expectInteger('scanDelayNs', scanDelayNs, 1);
    const { core, memory, config } = vm.guest;
    if (core.monitor === undefined) {
      throw new RefusedArgument('build', 'a guest on LLFree (release-llfree)', config.build);
    }
    this.vm = vm;
    this.model = new LlfreeDevice(new MonitorHost(vm, core.monitor), {
      cpus: config.cpus,
      timers: quietTimersOf(vm, timers),
      scanDelayNs,
      zones: SHARED_ZONES,
    });
    vm.attachOnce('HyperAlloc');
    const { device, mmio, transport } = plugIn(vm, this.model, POLICY_SPEC);
    this.device = device;
    this.mmio = mmio;
    const zones = new LlfreeZones(memory);
    this.driver = new LlfreeDriver(transport, new CoreLlfreeGuest(zones));
    this.failure = this.driver.probe();
    if (this.failure !== undefined) return;
    zones.onWait(bound(this.driver, this.driver.install));
    if (given !== undefined) this.model.onTaken = given;
    vm.reclaimers.push(bound(this, this._reclaim));
  }

  /** Frames that the guest cannot have now. */
  get takenFrames(): number {
    return this.model.takenFrames;
  }

  /**
   * So many frames are not to be the guest's, in whole huge frames. What is in use or reserved stays until the next call. Frames
   * that were taken now, below zero: that came back.
   */
  setTaken(frames: number): number {
    this.vm.expectRunning();
    this._wantedFrames = expectInteger('frames', frames, 0);
    return this.model.setTaken(Math.floor(frames / PAGEBLOCK_FRAMES));
  }

  /** Takes so many frames more. */
  ask(frames: number): void {
    this.setTaken(this._wantedFrames + expectInteger('frames', frames, 0));
  }

  /** The guest may have all of its memory. */
  giveBack(): void {
    this.setTaken(0);
  }

  get operations(): Operations {
    const { takenHuge, returnedHuge, installedHuge, releasedHuge } = this.model.counters;
    return {
      hyperallocReclaim2MiB: takenHuge,
      hyperallocReturn2MiB: returnedHuge,
      hyperallocInstall2MiB: installedHuge,
      hostRelease2MiB: releasedHuge,
    };
  }

  /** What was installed by 2 MiB is released so: that is among the operations. */
  takeOut(counts: Counts): void {
    expectCounts(counts);
    const pages = this.model.counters.releasedHuge * PAGEBLOCK_FRAMES - this._tookOut;
    this._tookOut += pages;
    counts[COUNT_RELEASED_PAGES] = (counts[COUNT_RELEASED_PAGES] as number) - pages;
  }

  /** Register accesses, and what the host did without any. */
  get exits(): number {
    const { takenHuge, returnedHuge } = this.model.counters;
    return exitsOf(this.mmio) + takenHuge + returnedHuge;
  }

  /** Free frames without host memory are of no use to a host that is short. */
  private _reclaim(frames: number): number {
    const { core } = this.vm.guest;
    const before = core.privateFrames;
    if (frames > 0) this.model.scan();
    return before - core.privateFrames;
  }
}

/** What the device has of the host: the monitor's calls, and its memory. */
export class MonitorHost implements LlfreeHost {
  readonly frames: number;
  private readonly _vm: MicroVm;
  private readonly _monitor: Monitor;
  /** How much had happened to the guest when a pass found nothing. */
  private _barrenAt: number | undefined;

  constructor(vm: MicroVm, monitor: Monitor) {
    this.frames = vm.guest.core.spanFrames;
    this._vm = vm;
    this._monitor = monitor;
  }

  /**
   * Rises with what may change the tables: who acts on the guest stirs its VM, and frames that come and go are counted. Calls that
   * were put off have no memory of their own here.
   */
  private get _happened(): number {
    return this._vm.stirs + handledIn(this._vm.unstirred.core);
  }

  beginPass(): boolean {
    if (this._barrenAt === this._happened) return false;
    this._vm.stir();
    return true;
  }

  endPass(takenHuge: number): void {
    this._barrenAt = takenHuge === 0 ? this._happened : undefined;
  }

  reclaim(zone: number, isHard: boolean): number {
    return this._monitor.reclaim(zone, isHard);
  }

  giveBack(pfn: number): boolean {
    return this._monitor.giveBack(pfn) >= 0;
  }

  install(pfn: number): boolean {
    return this._monitor.install(pfn) >= 0;
  }

  discard(pfn: number, frames: number): number {
    return this._vm.memory.discard(pfn, frames);
  }
}
