// What the devices of VMs did, when they were asked and by themselves: booked, and felt by the calls that run beside it.

import {
  type MicroVm,
  type ServerlessSystem,
  type Start,
  type Stop,
  type Work,
  newCounts,
} from '../serverless/index.ts';
import type { Clock } from '../time/index.ts';
import type { Fleet } from './fleet.ts';
import type { Interference } from './interference.ts';
import type { Ledger } from './ledger.ts';
import type { ReclaimMeter } from './reclaim-meter.ts';

export interface DeviceBooksConfig {
  readonly clock: Clock;
  readonly fleet: Fleet;
  readonly ledger: Ledger;
  readonly reclaims: ReclaimMeter;
  /** undefined: calls feel nothing. */
  readonly interference: Interference | undefined;
}

export class DeviceBooks {
  private readonly _config: DeviceBooksConfig;

  constructor(config: DeviceBooksConfig) {
    this._config = config;
  }

  /** Work begins beside the calls that run in a VM. */
  private _disturb(vm: MicroVm, work: Work): void {
    const { clock, fleet, interference } = this._config;
    interference?.work(vm, fleet.slotsOf(vm), work, clock.now);
  }

  /** The host is short: the devices of a VM are asked for so many frames. */
  ask(vm: MicroVm, frames: number): void {
    const { ledger, reclaims } = this._config;
    const got = vm.reclaim(frames);
    const counts = ledger.settle(vm);
    const operations = ledger.takeOperations(vm);
    if (operations === undefined) return;
    this._disturb(vm, { operations, counts });
    if (ledger.isMeasured) reclaims.record(frames, got, operations, counts);
  }

  /** A VM whose containers are idle is to give back what it can spare. */
  park(system: ServerlessSystem, vm: MicroVm): void {
    const { ledger, reclaims } = this._config;
    const asked = system.park?.(vm);
    const counts = ledger.settle(vm);
    const operations = ledger.takeOperations(vm) ?? {};
    this._disturb(vm, { operations, counts });
    if (asked === undefined || asked.askedFrames === 0 || !ledger.isMeasured) return;
    reclaims.record(asked.askedFrames, asked.gotFrames, operations, counts);
    reclaims.parkedFrames += asked.gotFrames;
  }

  /** Memory comes to a VM that runs, for a container that starts. */
  started({ container, newVm, operations: { grow, zone } }: Start): void {
    if (newVm) return;
    this._disturb(container.vm, { operations: { ...grow, ...zone }, counts: newCounts() });
  }

  /** A container has ended. */
  stopped(vm: MicroVm, { operations, counts, askedFrames, gotFrames }: Stop): void {
    const { ledger, reclaims } = this._config;
    ledger.take(counts);
    ledger.add(operations);
    const { containerDestroy: _apart, ...given } = operations;
    this._disturb(vm, { operations: given, counts });
    if (ledger.isMeasured && askedFrames > 0) {
      reclaims.record(askedFrames, gotFrames, given, counts);
    }
  }

  /** Requests to idle containers that have ended. */
  bookIdle(system: ServerlessSystem): void {
    const { ledger, reclaims } = this._config;
    for (const reclaim of system.takeIdleReclaims?.() ?? []) {
      const { vm, operations } = reclaim;
      this._disturb(vm, { operations, counts: ledger.settle(vm) });
      ledger.takeOperations(vm);
      if (ledger.isMeasured) reclaims.recordIdle(reclaim);
    }
  }

  /** What devices did by themselves. */
  bookWork(): void {
    const { fleet, ledger, reclaims } = this._config;
    const work = fleet.takeWork();
    if (work.length === 0) return;
    for (const { vm, operations, counts, request } of work) {
      this._disturb(vm, { operations, counts });
      ledger.take(counts);
      ledger.add(operations);
      if (request === undefined || !ledger.isMeasured) continue;
      const { askedFrames, gotFrames } = request;
      reclaims.record(askedFrames, gotFrames, request.operations, request.counts);
    }
  }
}
