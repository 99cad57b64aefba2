// Free page reporting in a microVM: a feature of the balloon's device, and a worker of the guest that tells of large free blocks
// by itself, two seconds after one came about.

import type { Operations } from '../../cost/index.ts';
import type { Timers } from '../../time/index.ts';
import type { MicroVm } from '../microvm.ts';
import { Balloon, type BalloonOptions } from './balloon.ts';
import type { MemoryDevice } from './device.ts';

/** Order and delay of reports, and the balloon's other features. */
export type ReportingOptions = Omit<BalloonOptions, 'freePageReporting'>;

/** Free page reporting in a microVM: the guest tells of large free blocks by itself. */
export class Reporting implements MemoryDevice {
  /** The VM that it is attached to. */
  readonly vm: MicroVm;
  /** The device whose feature this is; it can be inflated, too. */
  readonly balloon: Balloon;
  /** Only free blocks are reported. */
  readonly unmovableFrames: number = 0;

  constructor(vm: MicroVm, timers: Timers, options: ReportingOptions = {}) {
    this.vm = vm;
    this.balloon = new Balloon(vm, timers, { ...options, freePageReporting: true });
  }

  /** The host cannot ask: it only lets the guest's kernel look whether there is something to report. */
  ask(): void {
    this.vm.guest.runBackground();
  }

  /** Reported frames never left the guest. */
  giveBack(): void {}

  /** Ranges of a report are discarded one by one. */
  get operations(): Operations {
    return { ...this.balloon.operations, reportRange: this.balloon.reportedRanges };
  }

  get exits(): number {
    return this.balloon.exits;
  }
}
