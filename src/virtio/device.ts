/**
 * What every virtio device shares: the status machine, feature negotiation, the config space and its
 * generation, queue set-up, notifications and interrupts (spec 2.1 to 2.9 and 3). Knows no transport
 * and no particular device: `mmio.ts` maps registers onto it, a `DeviceModel` says what the device does.
 */

import { bound } from '../graph/index.ts';
import {
  F_EVENT_IDX,
  F_INDIRECT_DESC,
  F_VERSION_1,
  INTERRUPT_CONFIG,
  INTERRUPT_USED,
  STATUS_ACKNOWLEDGE,
  STATUS_DRIVER,
  STATUS_DRIVER_OK,
  STATUS_FAILED,
  STATUS_FEATURES_OK,
  STATUS_NEEDS_RESET,
} from './constants.ts';
import {
  COUNT,
  FLAG,
  OBJECT,
  type Shape,
  expectBigInt,
  expectFunction,
  expectInteger,
  expectMade,
  expectShape,
  expectWords,
} from '../check/index.ts';
import type { GuestBytes } from './memory.ts';
import { DeviceQueue, type DeviceQueueState } from './queue/device-queue.ts';
import { type RingMessage, WatchedQueue } from './queue/watched-queue.ts';
import type { QueueFault } from './queue/fault.ts';

/** One kind of device. All calls come from its `VirtioDevice`. */
export interface DeviceModel {
  readonly deviceId: number;
  /** Everything offered, transport features included. */
  readonly features: bigint;
  /** One past the last queue that there can be. */
  readonly queueCount: number;
  /** Called once, before anything else. */
  attach(port: DevicePort): void;
  /** Largest size of queue `index` under these features; 0 when there is no such queue. */
  queueSizeMax(index: number, features: bigint): number;
  /** The config space as it is now. The caller does not keep or change it. */
  config(): Uint8Array;
  /** False when the device refuses the write. The range lies within the config space. */
  writeConfig(offset: number, bytes: Uint8Array): boolean;
  /** DRIVER_OK was set; says why not if the device cannot work like this. */
  activate(): string | undefined;
  notify(queueIndex: number): void;
  reset(): void;
}

/** What a device model may do to the world. */
export interface DevicePort {
  readonly memory: GuestBytes;
  readonly features: bigint;
  readonly isActive: boolean;
  queue(index: number): DeviceQueue | undefined;
  /** Interrupts the driver if it wants to know of what was used on the queue. */
  interruptQueue(index: number): void;
  /** The config space changed: new generation, and an interrupt when the driver is there. */
  configChanged(): void;
  /** Counts something the driver did that it must not do; the device goes on. */
  violation(what: string): void;
  /** Counts it and puts the device in NEEDS_RESET. */
  needsReset(why: string): void;
}

/** How strictly a VMM treats the steps of initialisation. */
export interface DevicePolicy {
  /** 'exact' takes the statuses 1, 3, 0xb, 0xf only, and register writes only in their step. */
  readonly statusSteps: 'exact' | 'any';
  /** Features that were never offered: masked out, or FEATURES_OK is refused. */
  readonly unknownFeatures: 'mask' | 'refuse';
  /** A jump of the available index by more than the queue's size. */
  readonly onIndexJump: 'needs-reset' | 'kill-vm';
}

export const POLICY_SPEC: DevicePolicy = {
  statusSteps: 'any',
  unknownFeatures: 'refuse',
  onIndexJump: 'needs-reset',
};

export const POLICY_EXACT: DevicePolicy = {
  statusSteps: 'exact',
  unknownFeatures: 'mask',
  onIndexJump: 'kill-vm',
};

export interface DeviceCounters {
  notifications: number;
  usedInterrupts: number;
  configInterrupts: number;
  resets: number;
  /** Violations by kind. */
  readonly violations: Map<string, number>;
}

/** A queue as the driver describes it before it is ready. */
export interface QueueRegisters {
  size: number;
  isReady: boolean;
  descAddr: number;
  availAddr: number;
  usedAddr: number;
}

export interface DeviceState {
  readonly status: number;
  readonly driverFeatures: bigint;
  readonly interruptStatus: number;
  readonly configGeneration: number;
  readonly queues: readonly {
    readonly registers: QueueRegisters;
    readonly ring: DeviceQueueState | undefined;
  }[];
}

const QUEUE = 'virtio queue';
const STATUS = 'virtio status';
const INTERRUPT = 'virtio bits';

const QUEUES: Shape = [
  {
    registers: { size: COUNT, isReady: FLAG, descAddr: COUNT, availAddr: COUNT, usedAddr: COUNT },
    'ring?': OBJECT,
  },
];

/** Throws RefusedArgument for what is no write to a config space. */
export function expectConfigWrite(offset: number, bytes: Uint8Array): void {
  expectInteger('offset', offset, 0);
  expectMade('bytes', bytes, Uint8Array);
}

export class VirtioDevice implements DevicePort {
  readonly model: DeviceModel;
  readonly memory: GuestBytes;
  readonly policy: DevicePolicy;
  readonly counters: DeviceCounters = {
    notifications: 0,
    usedInterrupts: 0,
    configInterrupts: 0,
    resets: 0,
    violations: new Map(),
  };
  /** Called for each interrupt; the transport's status register has the reasons. */
  onInterrupt: (() => void) | undefined;
  /** How soon the host looks at a queue that it was notified of: calls `serve` when it does. undefined: at once. */
  pace: ((queueIndex: number, serve: () => void) => void) | undefined;
  /** Set when the profile kills the VM for a violation; the embedder acts on it. */
  killReason: string | undefined;
  private _status = 0;
  private _driverFeatures = 0n;
  private _interruptStatus = 0;
  private _configGeneration = 0;
  private _isProcessing = false;
  private _interruptWaits = false;
  private _registers: QueueRegisters[] = [];
  private _queues: (DeviceQueue | undefined)[] = [];

  constructor(model: DeviceModel, memory: GuestBytes, policy: DevicePolicy = POLICY_SPEC) {
    this.model = model;
    this.memory = memory;
    this.policy = policy;
    model.attach(this);
  }

  get status(): number {
    return this._status;
  }

  /** What the driver accepted. Final once FEATURES_OK is set. */
  get features(): bigint {
    return this._driverFeatures;
  }

  get isActive(): boolean {
    return (this._status & (STATUS_DRIVER_OK | STATUS_NEEDS_RESET)) === STATUS_DRIVER_OK;
  }

  get interruptStatus(): number {
    return this._interruptStatus;
  }

  get configGeneration(): number {
    return this._configGeneration;
  }

  queue(index: number): DeviceQueue | undefined {
    expectWords(QUEUE, index);
    return this._queues[index];
  }

  /** From now on, and until a reset, tells each chain that goes back to the driver. */
  watch(heard: (message: RingMessage) => void): void {
    expectFunction('heard', heard);
    this._queues = this._queues.map((queue, index) => {
      return queue && new WatchedQueue(this.memory, queue, index, heard);
    });
  }

  queueSizeMax(index: number): number {
    expectWords(QUEUE, index);
    return this.model.queueSizeMax(index, this._driverFeatures);
  }

  /** The registers of a queue that exists. */
  queueRegisters(index: number): QueueRegisters | undefined {
    const sizeMax = this.queueSizeMax(index);
    if (sizeMax === 0) return undefined;
    let registers = this._registers[index];
    if (registers === undefined) {
      registers = { size: sizeMax, isReady: false, descAddr: 0, availAddr: 0, usedAddr: 0 };
      this._registers[index] = registers;
    }
    return registers;
  }

  /** May the driver write queue registers now? Counted when it may not. */
  mayConfigureQueues(): boolean {
    const exact = STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_FEATURES_OK;
    const allowed =
      this.policy.statusSteps === 'exact'
        ? this._status === exact
        : (this._status & (STATUS_FEATURES_OK | STATUS_DRIVER_OK)) === STATUS_FEATURES_OK;
    if (!allowed) this.violation('queue-set-up-out-of-order');
    return allowed;
  }

  writeFeatures(features: bigint): void {
    expectBigInt('features', features);
    const allowed =
      this.policy.statusSteps === 'exact'
        ? this._status === (STATUS_ACKNOWLEDGE | STATUS_DRIVER)
        : (this._status & (STATUS_DRIVER | STATUS_FEATURES_OK)) === STATUS_DRIVER;
    if (!allowed) {
      this.violation('features-out-of-order');
      return;
    }
    const unknown = features & ~this.model.features;
    if (unknown !== 0n && this.policy.unknownFeatures === 'mask') {
      this.violation('features-not-offered');
      this._driverFeatures = features & this.model.features;
    } else {
      this._driverFeatures = features;
    }
  }

  writeStatus(value: number): void {
    expectWords(STATUS, value);
    if (value === 0) {
      this.reset();
      return;
    }
    if (this.policy.statusSteps === 'exact') this._stepExactly(value);
    else this._stepFreely(value);
  }

  reset(): void {
    this.model.reset();
    this.counters.resets++;
    this._status = 0;
    this._driverFeatures = 0n;
    this._interruptStatus = 0;
    this._registers = [];
    this._queues = [];
  }

  /** The driver says that a queue has buffers. */
  notify(queueIndex: number): void {
    expectWords(QUEUE, queueIndex);
    this.counters.notifications++;
    if (!this.isActive) {
      // Buffers may be made available before DRIVER_OK; activation looks at every queue.
      if ((this._status & STATUS_NEEDS_RESET) !== 0) this.violation('notify-while-needs-reset');
      return;
    }
    if (this._queues[queueIndex] === undefined) {
      this.violation('notify-unknown-queue');
      return;
    }
    if (this.pace === undefined) this.serve(queueIndex);
    else this.pace(queueIndex, bound(this, this.serve, queueIndex));
  }

  /** Looks at a queue, if there still is one. */
  serve(queueIndex: number): void {
    expectWords(QUEUE, queueIndex);
    if (!this.isActive || this._queues[queueIndex] === undefined) return;
    this._isProcessing = true;
    this.model.notify(queueIndex);
    this._checkQueue(queueIndex);
    this._processed();
  }

  /** A field of so many bytes, little endian. Reads past the end give zeros. */
  readConfig(offset: number, lengthBytes: number): number {
    const config = this.model.config();
    const end =
      expectInteger('offset', offset, 0) + expectInteger('lengthBytes', lengthBytes, 0, 4);
    if (end > config.length) this.violation('config-read-out-of-range');
    let value = 0;
    for (let at = end - 1; at >= offset; at--) value = value * 256 + (config[at] ?? 0);
    return value;
  }

  writeConfig(offset: number, bytes: Uint8Array): void {
    expectConfigWrite(offset, bytes);
    if (offset + bytes.length > this.model.config().length) {
      this.violation('config-write-out-of-range');
    } else if ((this._status & (STATUS_DRIVER | STATUS_FAILED)) !== STATUS_DRIVER) {
      this.violation('config-write-out-of-order');
    } else if (!this.model.writeConfig(offset, bytes)) {
      this.violation('config-write-refused');
    }
  }

  acknowledgeInterrupt(bits: number): void {
    expectWords(INTERRUPT, bits);
    this._interruptStatus &= ~bits;
  }

  interruptQueue(index: number): void {
    expectWords(QUEUE, index);
    if (this._queues[index]?.takeInterrupt() !== true) return;
    this.counters.usedInterrupts++;
    this._raise(INTERRUPT_USED);
  }

  configChanged(): void {
    this._configGeneration = (this._configGeneration + 1) >>> 0;
    if ((this._status & STATUS_DRIVER_OK) === 0) return;
    this.counters.configInterrupts++;
    this._raise(INTERRUPT_CONFIG);
  }

  violation(what: string): void {
    const { violations } = this.counters;
    violations.set(what, (violations.get(what) ?? 0) + 1);
  }

  needsReset(why: string): void {
    this.violation(why);
    if ((this._status & STATUS_NEEDS_RESET) !== 0) return;
    this._status |= STATUS_NEEDS_RESET;
    this.configChanged();
  }

  save(): DeviceState {
    return {
      status: this._status,
      driverFeatures: this._driverFeatures,
      interruptStatus: this._interruptStatus,
      configGeneration: this._configGeneration,
      queues: Array.from(this._registers, (_, i) => ({
        registers: { ...(this.queueRegisters(i) as QueueRegisters) },
        ring: this._queues[i]?.save(),
      })),
    };
  }

  /** Takes over the state of another device of the same kind, with its rings in this memory. */
  load(state: DeviceState): void {
    expectShape('state', state, { status: COUNT, interruptStatus: COUNT, queues: QUEUES });
    expectBigInt('state.driverFeatures', state.driverFeatures);
    this._status = state.status;
    this._driverFeatures = state.driverFeatures;
    this._interruptStatus = state.interruptStatus;
    this._configGeneration = state.configGeneration;
    this._registers = state.queues.map((q) => ({ ...q.registers }));
    this._queues = [];
    if (!this.isActive) return;
    this._buildQueues();
    state.queues.forEach((q, i) => {
      if (q.ring !== undefined) this._queues[i]?.load(q.ring);
    });
  }

  private _raise(bit: number): void {
    this._interruptStatus |= bit;
    if (this._isProcessing) this._interruptWaits = true;
    else this.onInterrupt?.();
  }

  private _stepExactly(value: number): void {
    const added = value & ~this._status;
    const before = this._status;
    const step =
      (added === STATUS_ACKNOWLEDGE && before === 0) ||
      (added === STATUS_DRIVER && before === STATUS_ACKNOWLEDGE) ||
      (added === STATUS_FEATURES_OK && before === (STATUS_ACKNOWLEDGE | STATUS_DRIVER)) ||
      (added === STATUS_DRIVER_OK &&
        before === (STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_FEATURES_OK));
    if ((value & STATUS_FAILED) !== 0) this._status |= STATUS_FAILED;
    else if (step && (value & before) === before) this._enter(added);
    else this.violation('status-out-of-order');
  }

  private _stepFreely(value: number): void {
    const kept = this._status & ~STATUS_NEEDS_RESET;
    if ((value & kept) !== kept) this.violation('status-bits-cleared');
    const added = value & ~this._status & 0xff & ~STATUS_NEEDS_RESET;
    const early = added & (STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_FAILED);
    this._status |= early;
    if ((added & STATUS_FEATURES_OK) !== 0) this._enter(STATUS_FEATURES_OK);
    if ((added & STATUS_DRIVER_OK) !== 0) this._enter(STATUS_DRIVER_OK);
  }

  private _enter(bit: number): void {
    if (bit === STATUS_FEATURES_OK) {
      const refused =
        (this._driverFeatures & F_VERSION_1) === 0n ||
        (this._driverFeatures & ~this.model.features) !== 0n;
      if (refused) {
        this.violation('features-refused');
        return;
      }
    }
    if (bit !== STATUS_DRIVER_OK) {
      this._status |= bit;
    } else if ((this._status & (STATUS_FEATURES_OK | STATUS_FAILED)) !== STATUS_FEATURES_OK) {
      this.violation('driver-ok-out-of-order');
    } else {
      this._status |= bit;
      this._activate();
    }
  }

  private _activate(): void {
    this._buildQueues();
    const refusal = this.model.activate();
    if (refusal !== undefined) {
      this.needsReset(refusal);
      return;
    }
    this._isProcessing = true;
    for (let i = 0; i < this._queues.length && this.isActive; i++) {
      if (this._queues[i] === undefined) continue;
      this.model.notify(i);
      this._checkQueue(i);
    }
    this._processed();
  }

  /** Interrupts reach the guest only after the device's work, so that the work is never re-entered. */
  private _processed(): void {
    this._isProcessing = false;
    if (!this._interruptWaits) return;
    this._interruptWaits = false;
    this.onInterrupt?.();
  }

  private _buildQueues(): void {
    const options = {
      eventIdx: (this._driverFeatures & F_EVENT_IDX) !== 0n,
      indirect: (this._driverFeatures & F_INDIRECT_DESC) !== 0n,
    };
    this._queues = Array.from(this._registers, (registers, index) =>
      registers?.isReady
        ? new DeviceQueue(this.memory, { ...registers }, options, this.queueSizeMax(index))
        : undefined,
    );
  }

  private _checkQueue(index: number): void {
    const fault = this._queues[index]?.fault;
    if (fault === undefined) return;
    this.needsReset(fault);
    if (this._isFatal(fault)) this.killReason = fault;
  }

  private _isFatal(fault: QueueFault): boolean {
    return fault === 'avail-index-jump' && this.policy.onIndexJump === 'kill-vm';
  }
}
