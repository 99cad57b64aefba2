// What a run counts, and how often what has a price was done. Counts of the warm-up are kept apart, operations of it not at all.

import { type Operations, type Receipt, addRecord, newReceipt } from '../cost/index.ts';
import {
  type Counts,
  type MicroVm,
  type Start,
  addCounts,
  newCounts,
} from '../serverless/index.ts';
import type { Clock } from '../time/index.ts';

export class Ledger {
  readonly receipt: Receipt = newReceipt();
  readonly measured: Counts = newCounts();
  readonly warmup: Counts = newCounts();
  private readonly _clock: Clock;
  private readonly _warmupMs: number;

  /** The clock's ticks are milliseconds. */
  constructor(clock: Clock, warmupMs: number) {
    this._clock = clock;
    this._warmupMs = warmupMs;
  }

  get isMeasured(): boolean {
    return this._clock.now >= this._warmupMs;
  }

  /** Where counts are booked: under the measured time or the warm-up. */
  get total(): Counts {
    return this.isMeasured ? this.measured : this.warmup;
  }

  take(counts: Counts): void {
    addCounts(this.total, counts);
  }

  /** What was done, unless nobody measures yet. */
  add(operations: Operations | undefined): void {
    if (operations !== undefined && this.isMeasured) addRecord(this.receipt, operations);
  }

  /** What a VM's guest did since the last time. */
  settle(vm: MicroVm): Counts {
    const counts = newCounts();
    vm.settle(counts);
    this.take(counts);
    return counts;
  }

  /** What a VM's devices did since the last time. */
  takeOperations(vm: MicroVm): Operations | undefined {
    const operations = vm.takeOperations();
    this.add(operations);
    return operations;
  }

  /** A start; it is measured when its call came in the measured time. */
  start({ container, newVm, operations, counts }: Start, isMeasured: boolean): void {
    if (newVm) this.take(container.vm.startCounts);
    this.take(counts);
    if (!isMeasured) return;
    const all = newVm ? [container.vm.startOperations, operations] : [operations];
    for (const steps of all) {
      for (const step in steps) addRecord(this.receipt, steps[step] ?? {});
    }
  }
}
