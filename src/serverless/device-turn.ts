// What the devices of a VM do by themselves, on a timer: booked when that turn of theirs is over, so that no call that comes
// later is held up by it.

import { bound } from '../graph/index.ts';
import { type MicroVm, addCounts, addOperations, newCounts, timersOf } from '../vmm/index.ts';
import type { StartedVm } from './many-per-vm.ts';
import type { Work } from './system.ts';

/** Takes what was counted in a VM since the last time. */
export function takeWork(vm: MicroVm): Work {
  const counts = newCounts();
  vm.settle(counts);
  return { operations: vm.takeOperations() ?? {}, counts };
}

/** Adds work to what was done before. */
export function addWork(target: Work, { operations, counts }: Work): void {
  addOperations(target.operations, operations);
  addCounts(target.counts, counts);
}

export class DeviceTurn {
  private readonly _started: StartedVm;
  private _askedFrames = 0;
  private _gotFrames = 0;
  private _isNoted = false;

  constructor(started: StartedVm) {
    this._started = started;
  }

  /** Devices asked, or got, so many frames more in this turn. */
  note(askedFrames: number, gotFrames: number): void {
    this._askedFrames += askedFrames;
    this._gotFrames += gotFrames;
    if (this._isNoted) return;
    this._isNoted = true;
    const { vm, context } = this._started;
    timersOf(vm, context.clock).after(0, bound(this, this._book));
  }

  private _book(): void {
    const { vm, worked } = this._started;
    const work = takeWork(vm);
    const request = { ...work, askedFrames: this._askedFrames, gotFrames: this._gotFrames };
    this._askedFrames = 0;
    this._gotFrames = 0;
    this._isNoted = false;
    worked({ ...work, request });
  }
}
