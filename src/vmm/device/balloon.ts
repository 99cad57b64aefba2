// A balloon in a microVM: the device with a VMM's behaviour, Linux's driver in the guest.

import { bound } from '../../graph/index.ts';
import { FRAME_BYTES, PAGEBLOCK_FRAMES } from '../../abi/unit.ts';
import {
  FUNCTION,
  type Pages,
  type Pfn,
  expectInteger,
  expectName,
  expectShape,
} from '../../check/index.ts';
import type { Operations } from '../../cost/index.ts';
import {
  type ReportParameters,
  ReportWorker,
  type SendReport,
  expectReportParameters,
} from '../../guest/index.ts';
import type { Timers } from '../../time/index.ts';
import {
  BALLOON_PROFILES,
  BalloonDevice,
  type BalloonDeviceOptions,
  BalloonDriver,
  type BalloonHost,
  type BalloonProfileName,
  type Connection,
  CoreBalloonGuest,
  type CoreBalloonOptions,
  type ProbeFailure,
  type VirtioDevice,
} from '../../virtio/index.ts';
import type { MicroVm } from '../microvm.ts';
import {
  discardFrames,
  exitsOf,
  expectRunningVm,
  hostPageBytes,
  plugIn,
  timersOf,
} from '../attach.ts';
import type { Given, MemoryDevice } from './device.ts';
import {
  type BalloonAmount,
  type BalloonNames,
  type QemuBalloonNames,
  balloonSettings,
  targetPagesOf,
} from './vmm-names.ts';

/** Features as VMMs offer them; all are off if not said. */
export interface BalloonOptions
  extends
    Omit<BalloonDeviceOptions, 'memoryPages' | 'hostPageBytes' | 'timers' | 'blockPages'>,
    CoreBalloonOptions,
    ReportParameters,
    BalloonNames,
    QemuBalloonNames {
  /** Whose balloon it is: `firecracker` (if not said), `qemu`, … */
  readonly profile?: BalloonProfileName;
  /** Hears of frames that the guest gives. */
  readonly given?: Given;
}

/**
 * How setTarget went: 'stopped' when the VM has ended, 'no-driver' when nobody in the guest took the
 * device (`failure` says why).
 */
export type TargetAnswer = 'ok' | 'inactive' | 'too-large' | 'no-driver' | 'stopped';

const PROFILES = Object.keys(BALLOON_PROFILES) as BalloonProfileName[];
/** The config space counts pages in 32 bits. */
const PAGES_MAX = 2 ** 32 - 1;
const POISONS = ['none', 'init-on-free', 'page-poisoning'] as const;

/** virtio-balloon in a microVM: the host sets a target, the guest's driver takes pages until it is met, and the host has their memory. */
export class Balloon implements MemoryDevice {
  /** The VM that it is attached to. */
  readonly vm: MicroVm;
  /** The device's own state: target, size, statistics, hinting. */
  readonly model: BalloonDevice;
  /** Its virtqueues and registers. */
  readonly device: VirtioDevice;
  /** The guest's side, as Linux has it. */
  readonly driver: BalloonDriver;
  /** Why the driver could not take the device. */
  readonly failure: ProbeFailure | undefined;
  /** The registers through which the driver found it. */
  readonly mmio: Connection['mmio'];
  /** The driver takes pages in use by nobody, wherever they are: none of them is in the way. */
  readonly unmovableFrames: number = 0;
  /** Page reporting in the guest; undefined: the driver did not take it. */
  readonly reporter: ReportWorker | undefined;
  private readonly _isHuge: boolean;
  private _reportedRanges = 0;

  /** Attaches the device and probes the driver. */
  constructor(vm: MicroVm, timers: Timers, said: BalloonOptions = {}) {
    expectRunningVm(vm);
    const options: Omit<BalloonOptions, keyof BalloonNames | keyof QemuBalloonNames> =
      balloonSettings(said);
    expectReportParameters(options);
    expectShape('balloon', options, { 'given?': FUNCTION });
    expectName('poison', options.poison ?? 'none', POISONS);
    this.vm = vm;
    const alarm = timersOf(vm, timers);
    const name = expectName('profile', options.profile ?? 'firecracker', PROFILES);
    const profile = BALLOON_PROFILES[name];
    this._isHuge = options.isHuge === true;
    const blockPages = this._isHuge ? PAGEBLOCK_FRAMES : 1;
    this.model = new BalloonDevice(profile, new DiscardHost(vm, options.given), {
      ...options,
      blockPages,
      memoryPages: vm.guest.config.memoryFrames,
      hostPageBytes: hostPageBytes(vm),
      timers: alarm,
    });
    vm.attachOnce('a balloon');
    const { device, mmio, transport } = plugIn(vm, this.model, profile.policy);
    this.device = device;
    this.mmio = mmio;
    const guest = new CoreBalloonGuest(vm.guest.memory, options);
    this.driver = new BalloonDriver(transport, guest, alarm, { blockPages });
    guest.driver = this.driver;
    this.failure = this.driver.probe();
    if (this.failure !== undefined) return;
    vm.reclaimers.push(bound(this, this._reclaim));
    vm.guest.memory.addOomNotifier(bound(this.driver, this.driver.oomNotify));
    if (this.driver.hinted !== undefined) vm.guest.memory.addShrinker(this.driver.hinted);
    if (this.driver.canReport) this.reporter = this._startReporter(alarm, options);
  }

  private _startReporter(timers: Timers, parameters: ReportParameters): ReportWorker {
    const { guest } = this.vm;
    const send: SendReport = bound(this, this._sendReport);
    const worker = new ReportWorker(guest.memory, timers, send, parameters);
    worker.start();
    guest.addPoll(bound(worker, worker.poll));
    return worker;
  }

  private _sendReport(...report: Parameters<SendReport>): boolean {
    const isSent = this.driver.reportBlocks(...report);
    if (isSent) this._reportedRanges += report[2];
    return isSent;
  }

  /** Ranges of reports that the device has got. */
  get reportedRanges(): number {
    return this._reportedRanges;
  }

  /** 4 KiB pages in the balloon, as the driver says. */
  get actualPages(): Pages {
    return this.model.actualPages as Pages;
  }

  /** First frame of each page in the balloon (4 KiB, or 2 MiB for a huge one), in ascending order. */
  frames(): Pfn[] {
    const pages: Pfn[] = [];
    for (const { pfn, kind } of this.vm.guest.frames()) if (kind === 'balloon') pages.push(pfn);
    return pages;
  }

  /**
   * Asks the guest for a balloon of so many pages, or MiB (`{ amount_mib }`). The guest works on it at once, and when its
   * clock moves.
   */
  setTarget(target: number | BalloonAmount): TargetAnswer {
    if (!this.vm.checkDevices()) return 'stopped';
    if (this.failure !== undefined) return 'no-driver';
    const answer = this.model.setTarget(targetPagesOf(target));
    this.vm.guest.noteMemmap();
    return this.vm.checkDevices() ? answer : 'stopped';
  }

  /** Inflates by so many pages more than there are. */
  ask(frames: number): void {
    this.vm.expectRunning();
    expectInteger('frames', frames, 0);
    this.setTarget(Math.min(this.actualPages + frames, PAGES_MAX));
  }

  /** Deflates to nothing. */
  giveBack(): void {
    this.vm.expectRunning();
    this.setTarget(0);
  }

  get operations(): Operations {
    const { inflatedPages, deflatedPages } = this.driver.counters;
    if (!this._isHuge) {
      return { balloonInflatePage: inflatedPages, balloonDeflatePage: deflatedPages };
    }
    return {
      balloonInflate2MiB: inflatedPages / PAGEBLOCK_FRAMES,
      balloonDeflate2MiB: deflatedPages / PAGEBLOCK_FRAMES,
    };
  }

  get exits(): number {
    return exitsOf(this.mmio);
  }

  /** Free pages without host memory are of no use to a host that is short, and cost as much. */
  private _reclaim(frames: number): number {
    const { core } = this.vm.guest;
    const before = core.privateFrames;
    this.ask(frames);
    // a driver that did what its VMM does not forgive has ended its VM: all is the host's
    if (this.vm.stopReason !== undefined) return before;
    return before - core.privateFrames;
  }
}

/** What the device has of the host. */
export class DiscardHost implements BalloonHost {
  private readonly _vm: MicroVm;
  private readonly _given: Given | undefined;

  constructor(vm: MicroVm, given?: Given) {
    this._vm = vm;
    this._given = given;
  }

  discard(pfn: number, count: number): number {
    const released = discardFrames(this._vm, pfn, count);
    if (released >= 0) this._given?.(count, released);
    return released;
  }

  discardPages(pfn: number, count: number): number {
    const { memory } = this._vm;
    if (!memory.contains(pfn * FRAME_BYTES, count * FRAME_BYTES)) return -1;
    const released = memory.discardPages(pfn, count);
    this._given?.(count, released);
    return released;
  }

  willNeed(): void {}

  noteFree(): void {}
}
