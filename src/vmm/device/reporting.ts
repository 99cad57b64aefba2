// Free page reporting in a microVM: a feature of the balloon's device, and a worker of the guest that tells of large free blocks
// by itself, two seconds after one came about.

import type { Operations } from '../../cost/index.ts';
import { ReportWorker } from '../../guest/index.ts';
import type { Timers } from '../../time/index.ts';
import type { MicroVm } from '../microvm.ts';
import { timersOf } from '../attach.ts';
import { Balloon, type BalloonOptions } from './balloon.ts';
import type { MemoryDevice } from './device.ts';

export interface ReportingOptions extends Omit<BalloonOptions, 'freePageReporting'> {
  /** Order from which free blocks are reported; 9 as on x86. */
  readonly reportingOrder?: number;
}

export class Reporting implements MemoryDevice {
  readonly vm: MicroVm;
  /** The device whose feature this is; it can be inflated, too. */
  readonly balloon: Balloon;
  /** Undefined: the driver did not take the device, or reporting was not negotiated. */
  readonly worker: ReportWorker | undefined;
  /** Only free blocks are reported. */
  readonly unmovableFrames: number = 0;
  #ranges = 0;

  /** Attaches the balloon and starts the worker. */
  constructor(vm: MicroVm, timers: Timers, options: ReportingOptions = {}) {
    this.vm = vm;
    this.balloon = new Balloon(vm, timers, { ...options, freePageReporting: true });
    if (this.balloon.failure !== undefined || !this.balloon.driver.canReport) return;
    const { driver } = this.balloon;
    const worker = new ReportWorker(vm.guest.memory, timersOf(vm, timers), (...report) => {
      const isSent = driver.reportBlocks(...report);
      if (isSent) this.#ranges += report[2];
      return isSent;
    });
    worker.start(options.reportingOrder);
    vm.guest.background.push(() => worker.poll());
    this.worker = worker;
  }

  /** The host cannot ask: it only lets the guest's kernel look whether there is something to report. */
  ask(): void {
    this.vm.guest.runBackground();
  }

  /** Reported frames never left the guest. */
  giveBack(): void {}

  /** Ranges of a report are discarded one by one. */
  get operations(): Operations {
    return { ...this.balloon.operations, reportRange: this.#ranges };
  }

  get exits(): number {
    return this.balloon.exits;
  }
}
