// VMs whose containers are all idle: what the idle policy wants is done when it is due, and undone when one of them gets a call.

import { NS_PER_MS } from '../abi/unit.ts';
import {
  type IdlePolicy,
  type IdleStep,
  type MachineConfig,
  type MicroVm,
  type Operations,
} from '../serverless/index.ts';
import type { Clock } from '../time/index.ts';
import type { DeviceBooks } from './device-books.ts';
import { EVENT_IDLE, eventOf } from './event.ts';
import type { Host } from './fleet.ts';
import type { DisturbanceMeter } from './disturbance-meter.ts';
import type { FunctionMeter } from './function-meter.ts';
import type { Ledger } from './ledger.ts';
import type { Pricing } from './pricing.ts';
import type { StartQueues } from './start-queue.ts';
import type { WarmPool } from './warm-pool.ts';

/** A VM from when its containers were idle until one of them works again, or it ends. */
interface Rest {
  readonly vm: MicroVm;
  readonly host: Host;
  readonly functionId: number;
  readonly sinceMs: number;
  readonly steps: readonly IdleStep[];
  /** The step that comes next; its second half, when the VM is being written. */
  next: number;
  isSaving: boolean;
  isSuspended: boolean;
  isParked: boolean;
  /** When it comes; other events of its number are of VMs before it. */
  dueMs: number;
}

export interface RestsConfig {
  readonly policy: IdlePolicy;
  readonly machine: Pick<MachineConfig, 'resumed'>;
  readonly clock: Clock;
  readonly pool: WarmPool;
  readonly pricing: Pricing;
  readonly ledger: Ledger;
  readonly devices: DeviceBooks;
  readonly queues: StartQueues;
  readonly functions: FunctionMeter;
  readonly disturbances: DisturbanceMeter;
}

/** What a VM that has rested makes its next work wait for. */
export interface Woken {
  /** It was being written: that ends first. */
  readonly waitMs: number;
  readonly isResumed: boolean;
}

const AWAKE: Woken = { waitMs: 0, isResumed: false };
const FRESH = { isSaving: false, isSuspended: false, isParked: false, dueMs: Infinity } as const;

export class Rests {
  private readonly _config: RestsConfig;
  /** By the number in their events. */
  private readonly _rests: (Rest | undefined)[] = [];
  private readonly _ids = new Map<MicroVm, number>();
  private readonly _free: number[] = [];

  constructor(config: RestsConfig) {
    this._config = config;
  }

  /** The container of a slot has become idle. */
  rested(slot: number): void {
    const { pool } = this._config;
    this.look(pool.container(slot).vm, pool.host(slot), pool.functionId(slot));
  }

  /** A container of a VM has become idle, or has ended: the VM may rest from now on. */
  look(vm: MicroVm, host: Host, functionId: number): void {
    const at = this._ids.get(vm);
    const known = at === undefined ? undefined : this._rests[at];
    // its system had to have it go on, to end a container
    if (known?.isSuspended === true && !vm.isSuspended) this._forget(vm);
    if (this._ids.has(vm) || vm.stopReason !== undefined) return;
    const { pool, policy, clock } = this._config;
    if (!host.slotsOf(vm).every((slot) => pool.isIdle(slot))) return;
    const steps = policy.steps(functionId, clock.now);
    if (steps.length === 0) return;
    const id = this._free.pop() ?? this._rests.length;
    const rest = { vm, host, functionId, sinceMs: clock.now, steps };
    this._rests[id] = { ...rest, next: 0, ...FRESH };
    this._ids.set(vm, id);
    this._arm(id, this._rests[id]);
  }

  /** A container of a VM starts or gets a call. */
  wake(vm: MicroVm): Woken {
    const rest = this._forget(vm);
    if (rest === undefined) return AWAKE;
    const { clock, machine } = this._config;
    const waitMs = rest.isSaving ? rest.dueMs - clock.now : 0;
    const isResumed = vm.isSuspended;
    vm.resume(machine.resumed);
    if (rest.isParked) rest.host.system.unpark?.(vm);
    return { waitMs, isResumed };
  }

  /** The call of a slot begins: milliseconds on the clock by which it waits for its VM, memory apart. */
  begin(slot: number): number {
    const { pool, queues, disturbances } = this._config;
    const { waitMs, isResumed } = this.wake(pool.container(slot).vm);
    if (waitMs === 0 && !isResumed) return 0;
    const contended = isResumed
      ? queues.enter(pool.host(slot), 'clone', pool.host(slot).vms - 1)
      : undefined;
    return disturbances.wait(slot, waitMs, contended?.delayMs);
  }

  /** A VM has ended. */
  forget(vm: MicroVm): void {
    this._forget(vm);
  }

  private _forget(vm: MicroVm): Rest | undefined {
    const id = this._ids.get(vm);
    if (id === undefined) return undefined;
    this._ids.delete(vm);
    const rest = this._rests[id];
    this._rests[id] = undefined;
    this._free.push(id);
    return rest;
  }

  private _arm(id: number, rest: Rest): void {
    const step = rest.steps[rest.next];
    if (step === undefined) return;
    const { clock } = this._config;
    this._due(id, rest, Math.max(clock.now, rest.sinceMs + step.afterMs));
  }

  private _due(id: number, rest: Rest, atMs: number): void {
    rest.dueMs = atMs;
    if (atMs < Infinity) this._config.clock.post(atMs, eventOf(EVENT_IDLE, id));
  }

  /** An event of a number has come. */
  due(id: number): void {
    const rest = this._rests[id];
    if (rest === undefined || rest.dueMs !== this._config.clock.now) return;
    rest.dueMs = Infinity;
    const step = rest.steps[rest.next] as IdleStep;
    if (step.way === 'park') this._park(rest);
    else if (!rest.isSaving) {
      this._save(id, rest);
      return;
    } else this._suspend(rest, step);
    rest.next += 1;
    this._arm(id, rest);
  }

  private _park(rest: Rest): void {
    const { vm, host, functionId } = rest;
    const { devices, functions, ledger } = this._config;
    rest.isParked = true;
    devices.park(host.system, vm);
    if (ledger.isMeasured) functions.parked(functionId);
  }

  /** The VM stands still while what it has of its own is written. */
  private _save(id: number, rest: Rest): void {
    const { ledger, pricing, clock } = this._config;
    const pages = rest.vm.guest.core.privateFrames;
    const operations: Operations = { vmSuspend: 1, imageWrite4KiB: pages };
    ledger.add(operations);
    rest.isSaving = true;
    this._due(id, rest, clock.now + pricing.awaitedNs(operations, pricing.clockLevel) / NS_PER_MS);
  }

  private _suspend(rest: Rest, { load }: IdleStep & { way: 'suspend' }): void {
    const { ledger } = this._config;
    const { vm } = rest;
    ledger.settle(vm);
    ledger.takeOperations(vm);
    rest.isSaving = false;
    rest.isSuspended = true;
    vm.suspend(load);
  }
}
