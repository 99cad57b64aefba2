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
import type { FunctionMeter } from './function-meter.ts';
import type { Ledger } from './ledger.ts';
import type { Pricing } from './pricing.ts';
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
  readonly functions: FunctionMeter;
}

/** What a VM that has rested makes its next work wait for. */
export interface Woken {
  /** It was being written: that ends first. */
  readonly waitMs: number;
  readonly isResumed: boolean;
}

const AWAKE: Woken = { waitMs: 0, isResumed: false };

export class Rests {
  readonly #config: RestsConfig;
  /** By the number in their events. */
  readonly #rests: (Rest | undefined)[] = [];
  readonly #ids = new Map<MicroVm, number>();
  readonly #free: number[] = [];

  constructor(config: RestsConfig) {
    this.#config = config;
  }

  /** A container has become idle, or has ended: its VM may rest from now on. */
  look(vm: MicroVm, host: Host, functionId: number): void {
    if (this.#ids.has(vm) || vm.stopReason !== undefined) return;
    const { pool, policy, clock } = this.#config;
    if (!host.slotsOf(vm).every((slot) => pool.isIdle(slot))) return;
    const steps = policy.steps(functionId, clock.now);
    if (steps.length === 0) return;
    const id = this.#free.pop() ?? this.#rests.length;
    const rest = { vm, host, functionId, sinceMs: clock.now, steps };
    this.#rests[id] = { ...rest, next: 0, isSaving: false, isParked: false, dueMs: Infinity };
    this.#ids.set(vm, id);
    this.#arm(id, this.#rests[id]);
  }

  /** A container of a VM starts or gets a call. */
  wake(vm: MicroVm): Woken {
    const rest = this.#forget(vm);
    if (rest === undefined) return AWAKE;
    const { clock, machine } = this.#config;
    const waitMs = rest.isSaving ? rest.dueMs - clock.now : 0;
    const isResumed = vm.isSuspended;
    vm.resume(machine.resumed);
    if (rest.isParked) rest.host.system.unpark?.(vm);
    return { waitMs, isResumed };
  }

  /** A VM has ended, or was woken by its system. */
  forget(vm: MicroVm): void {
    this.#forget(vm);
  }

  #forget(vm: MicroVm): Rest | undefined {
    const id = this.#ids.get(vm);
    if (id === undefined) return undefined;
    this.#ids.delete(vm);
    const rest = this.#rests[id];
    this.#rests[id] = undefined;
    this.#free.push(id);
    return rest;
  }

  #arm(id: number, rest: Rest): void {
    const step = rest.steps[rest.next];
    if (step === undefined) return;
    const { clock } = this.#config;
    this.#due(id, rest, Math.max(clock.now, rest.sinceMs + step.afterMs));
  }

  #due(id: number, rest: Rest, atMs: number): void {
    rest.dueMs = atMs;
    if (atMs < Infinity) this.#config.clock.post(atMs, eventOf(EVENT_IDLE, id));
  }

  /** An event of a number has come. */
  due(id: number): void {
    const rest = this.#rests[id];
    if (rest === undefined || rest.dueMs !== this.#config.clock.now) return;
    rest.dueMs = Infinity;
    const step = rest.steps[rest.next] as IdleStep;
    if (step.way === 'park') this.#park(rest, step);
    else if (!rest.isSaving) {
      this.#save(id, rest);
      return;
    } else this.#suspend(rest, step);
    rest.next += 1;
    this.#arm(id, rest);
  }

  #park(rest: Rest, { by = 'balloon' }: IdleStep & { way: 'park' }): void {
    const { vm, host, functionId } = rest;
    const { devices, functions, ledger } = this.#config;
    rest.isParked = true;
    devices.park(host.system, vm, by);
    if (ledger.isMeasured) functions.parked(functionId);
  }

  /** The VM stands still while what it has of its own is written. */
  #save(id: number, rest: Rest): void {
    const { ledger, pricing, clock } = this.#config;
    const pages = rest.vm.guest.core.privateFrames;
    const operations: Operations = { vmSuspend: 1, imageWrite4KiB: pages };
    ledger.add(operations);
    rest.isSaving = true;
    this.#due(id, rest, clock.now + pricing.awaitedNs(operations, pricing.clockLevel) / NS_PER_MS);
  }

  #suspend(rest: Rest, { load }: IdleStep & { way: 'suspend' }): void {
    const { ledger } = this.#config;
    const { vm } = rest;
    ledger.settle(vm);
    ledger.takeOperations(vm);
    rest.isSaving = false;
    vm.suspend(load);
  }
}
