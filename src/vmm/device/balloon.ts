// A balloon in a microVM: the device with a VMM's behaviour, Linux's driver in the guest, free page
// reporting behind it.

import { ReportWorker } from '../../guest/index.ts';
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
  type Timers,
  type VirtioDevice,
} from '../../virtio/index.ts';
import { discardFrames, hostPageBytes, plugIn, timersOf } from './attach.ts';
import type { MicroVm } from '../microvm.ts';

export interface BalloonConfig
  extends
    Omit<BalloonDeviceOptions, 'memoryPages' | 'hostPageBytes' | 'timers' | 'blockPages'>,
    CoreBalloonOptions {
  readonly profile?: BalloonProfileName;
  /** Order from which free blocks are reported; 9 as on x86. */
  readonly reportingOrder?: number;
}

/** How setTarget went: 'stopped' when the VM has ended. */
export type TargetAnswer = 'ok' | 'inactive' | 'too-large' | 'stopped';

export class Balloon {
  readonly vm: MicroVm;
  readonly model: BalloonDevice;
  readonly device: VirtioDevice;
  readonly driver: BalloonDriver;
  readonly reporting: ReportWorker | undefined;
  /** Why the driver could not take the device. */
  readonly failure: ProbeFailure | undefined;
  readonly mmio: Connection['mmio'];

  /** Attaches the device and probes the driver. */
  constructor(vm: MicroVm, timers: Timers, config: BalloonConfig = {}) {
    this.vm = vm;
    const alarm = timersOf(vm, timers);
    const profile = BALLOON_PROFILES[config.profile ?? 'firecracker'];
    const blockPages = config.isHuge === true ? 512 : 1;
    this.model = new BalloonDevice(profile, hostOf(vm), {
      ...config,
      blockPages,
      memoryPages: vm.guest.config.memoryFrames,
      hostPageBytes: hostPageBytes(vm),
      timers: alarm,
    });
    const { device, mmio, transport } = plugIn(vm, this.model, profile.policy);
    this.device = device;
    this.mmio = mmio;
    const guest = new CoreBalloonGuest(vm.guest.memory, config);
    this.driver = new BalloonDriver(transport, guest, alarm, { blockPages });
    guest.driver = this.driver;
    this.failure = this.driver.probe();
    if (this.failure !== undefined) return;
    vm.reclaimers.push((frames) => this.#reclaim(frames));
    vm.guest.memory.oomNotifiers.push(() => this.driver.oomNotify());
    if (this.driver.canReport) this.reporting = this.#report(alarm, config.reportingOrder);
  }

  /** 4 KiB pages in the balloon, as the driver says. */
  get actualPages(): number {
    return this.model.actualPages;
  }

  /**
   * Asks the guest for a balloon of so many pages. The guest works on it at once, and when its
   * clock moves.
   */
  setTarget(pages: number): TargetAnswer {
    if (!this.vm.checkDevices()) return 'stopped';
    const answer = this.model.setTarget(pages);
    return this.vm.checkDevices() ? answer : 'stopped';
  }

  /**
   * Inflates by so many pages more; free pages without host memory are of no use and cost as much.
   */
  #reclaim(frames: number): number {
    const { core } = this.vm.guest;
    const before = core.privateFrames;
    this.setTarget(this.actualPages + frames);
    return before - core.privateFrames;
  }

  #report(alarm: Timers, order?: number): ReportWorker {
    const worker = new ReportWorker(this.vm.guest.memory, alarm, (pfns, orders, count, done) =>
      this.driver.reportBlocks(pfns, orders, count, done),
    );
    worker.start(order);
    this.vm.guest.background.push(() => worker.poll());
    return worker;
  }
}

function hostOf(vm: MicroVm): BalloonHost {
  return {
    discard: (pfn, count) => discardFrames(vm, pfn, count),
    willNeed: () => {},
    noteFree: () => {},
  };
}
