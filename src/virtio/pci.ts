/**
 * The modern PCI transport over a device (spec 4.1): common configuration, notification addresses, ISR
 * status and the device's config space in one base address register, each field at its natural width; any
 * other access reads zero and is counted. Interrupts are INTx; there is no MSI-X table, and the vector
 * fields say so (docs/decisions/0052-virtio-over-pci.md).
 */

import { RefusedArgument, expectObject } from '../check/index.ts';
import type { VirtioDevice } from './device.ts';
import {
  CAP_COMMON,
  CAP_DEVICE,
  CAP_ISR,
  CAP_NOTIFY,
  DEVICE_ID_MAX,
  PciConfigSpace,
  type PciRegion,
} from './pci-config.ts';
import {
  type AccessCounters,
  type QueueField,
  type RegisterBus,
  SelectedRegisters,
  type SelectedState,
  readDeviceConfig,
  writeDeviceConfig,
  expectAccess,
} from './registers.ts';

const DEVICE_FEATURE_SELECT = 0x00;
const DEVICE_FEATURE = 0x04;
const DRIVER_FEATURE_SELECT = 0x08;
const DRIVER_FEATURE = 0x0c;
const CONFIG_VECTOR = 0x10;
const NUM_QUEUES = 0x12;
const DEVICE_STATUS = 0x14;
const CONFIG_GENERATION = 0x15;
const QUEUE_SELECT = 0x16;
const QUEUE_SIZE = 0x18;
const QUEUE_VECTOR = 0x1a;
const QUEUE_ENABLE = 0x1c;
const QUEUE_NOTIFY_OFF = 0x1e;
const QUEUE_DESC = 0x20;
const QUEUE_DRIVER = 0x28;
const QUEUE_DEVICE = 0x30;
const COMMON_BYTES = 0x38;

/** Width of each field of the common configuration; 64-bit ones are two halves. */
const WIDTHS: Readonly<Record<number, number>> = {
  [DEVICE_FEATURE_SELECT]: 4,
  [DEVICE_FEATURE]: 4,
  [DRIVER_FEATURE_SELECT]: 4,
  [DRIVER_FEATURE]: 4,
  [CONFIG_VECTOR]: 2,
  [NUM_QUEUES]: 2,
  [DEVICE_STATUS]: 1,
  [CONFIG_GENERATION]: 1,
  [QUEUE_SELECT]: 2,
  [QUEUE_SIZE]: 2,
  [QUEUE_VECTOR]: 2,
  [QUEUE_ENABLE]: 2,
  [QUEUE_NOTIFY_OFF]: 2,
  [QUEUE_DESC]: 4,
  [QUEUE_DESC + 4]: 4,
  [QUEUE_DRIVER]: 4,
  [QUEUE_DRIVER + 4]: 4,
  [QUEUE_DEVICE]: 4,
  [QUEUE_DEVICE + 4]: 4,
};

const QUEUE_FIELDS: Readonly<Record<number, QueueField>> = {
  [QUEUE_SIZE]: 'size',
  [QUEUE_DESC]: 'descLow',
  [QUEUE_DESC + 4]: 'descHigh',
  [QUEUE_DRIVER]: 'availLow',
  [QUEUE_DRIVER + 4]: 'availHigh',
  [QUEUE_DEVICE]: 'usedLow',
  [QUEUE_DEVICE + 4]: 'usedHigh',
};

const ISR = 0x40;
const DEVICE_CONFIG = 0x80;
const NOTIFY_ALIGN = 0x40;
/** A driver without NOTIFICATION_DATA writes 16 bits. */
const NOTIFY_WIDTH = 2;
const NOTIFY_MULTIPLIER = 4;
/** "No vector": what a vector field reads as after a mapping that failed. */
const NO_VECTOR = 0xffff;
const TWO_32 = 0x1_0000_0000;

export interface PciState {
  readonly selected: SelectedState;
  readonly config: Uint8Array;
}

export class PciTransport implements RegisterBus {
  readonly device: VirtioDevice;
  readonly counters: AccessCounters = { reads: 0, writes: 0 };
  readonly config: PciConfigSpace;
  /** Size of the base address register, a power of two. */
  readonly barBytes: number;
  /** The level of INTA#, when it changes. */
  onLine: ((isAsserted: boolean) => void) | undefined;
  private readonly _selected: SelectedRegisters;
  private readonly _configBytes: number;
  private readonly _notify: number;
  private _isAsserted = false;

  constructor(device: VirtioDevice, barType: 'io' | 'memory' = 'memory') {
    const { deviceId, queueCount } = device.model;
    if (deviceId > DEVICE_ID_MAX) {
      throw new RefusedArgument('deviceId', `a device with a PCI number`, deviceId);
    }
    this.device = device;
    this._selected = new SelectedRegisters(device);
    this._configBytes = device.model.config().length;
    this._notify = alignUp(DEVICE_CONFIG + this._configBytes, NOTIFY_ALIGN);
    const notifyBytes = queueCount * NOTIFY_MULTIPLIER;
    this.barBytes = 2 ** Math.ceil(Math.log2(this._notify + notifyBytes));
    const regions: readonly PciRegion[] = [
      { kind: CAP_COMMON, start: 0, lengthBytes: COMMON_BYTES },
      { kind: CAP_NOTIFY, start: this._notify, lengthBytes: notifyBytes },
      { kind: CAP_ISR, start: ISR, lengthBytes: 1 },
      { kind: CAP_DEVICE, start: DEVICE_CONFIG, lengthBytes: this._configBytes },
    ];
    const { barBytes } = this;
    this.config = new PciConfigSpace(
      { deviceId, barBytes, barType, regions, notifyMultiplier: NOTIFY_MULTIPLIER },
      this,
      () => device.interruptStatus !== 0,
      (what) => device.violation(what),
    );
    this.config.onCommand = (): void => this._followLine();
    device.onInterrupt = (): void => this._followLine();
  }

  /** Registers in the base address register. */
  read(offset: number, widthBytes: number): number {
    expectAccess(offset, widthBytes);
    this.counters.reads++;
    if (offset < COMMON_BYTES) return this._readCommon(offset, widthBytes) >>> 0;
    if (offset === ISR && widthBytes === 1) return this._takeIsr();
    if (this._isDeviceConfig(offset)) {
      return readDeviceConfig(this.device, offset - DEVICE_CONFIG, widthBytes);
    }
    this.device.violation('register-read-unknown');
    return 0;
  }

  write(offset: number, widthBytes: number, value: number): void {
    expectAccess(offset, widthBytes, value);
    this.counters.writes++;
    if (offset < COMMON_BYTES) {
      if (WIDTHS[offset] === widthBytes) {
        this._writeCommon(offset, value % 2 ** (8 * widthBytes));
      } else this.device.violation('register-access-width');
    } else if (this._isDeviceConfig(offset)) {
      writeDeviceConfig(this.device, offset - DEVICE_CONFIG, widthBytes, value);
    } else if (offset >= this._notify && offset < this.barBytes) {
      this._writeNotify(offset - this._notify, widthBytes, value);
    } else this.device.violation('register-write-unknown');
  }

  save(): PciState {
    return { selected: this._selected.save(), config: this.config.save() };
  }

  /** After the device has loaded its own state. */
  load(state: PciState): void {
    this._selected.load(expectObject('state', state).selected);
    this.config.load(state.config);
    this._followLine();
  }

  private _isDeviceConfig(offset: number): boolean {
    return offset >= DEVICE_CONFIG && offset < DEVICE_CONFIG + this._configBytes;
  }

  private _readCommon(offset: number, widthBytes: number): number {
    if (WIDTHS[offset] !== widthBytes) {
      this.device.violation('register-access-width');
      return 0;
    }
    const { device } = this;
    const selected = this._selected;
    switch (offset) {
      case DEVICE_FEATURE_SELECT:
        return selected.devicePage;
      case DEVICE_FEATURE:
        return selected.offered;
      case DRIVER_FEATURE_SELECT:
        return selected.driverPage;
      case DRIVER_FEATURE:
        return selected.accepted;
      case CONFIG_VECTOR:
      case QUEUE_VECTOR:
        return NO_VECTOR;
      case NUM_QUEUES:
        return device.model.queueCount;
      case DEVICE_STATUS:
        return device.status;
      case CONFIG_GENERATION:
        return device.configGeneration & 0xff;
      case QUEUE_SELECT:
        return selected.queueIndex;
      default:
        return this._readQueue(offset);
    }
  }

  /** All zeros for a queue that is not there. */
  private _readQueue(offset: number): number {
    const { queue, queueIndex } = this._selected;
    if (queue === undefined) return 0;
    switch (offset) {
      case QUEUE_SIZE:
        return queue.size;
      case QUEUE_ENABLE:
        return queue.isReady ? 1 : 0;
      case QUEUE_NOTIFY_OFF:
        return queueIndex;
      case QUEUE_DESC:
        return queue.descAddr % TWO_32;
      case QUEUE_DESC + 4:
        return Math.floor(queue.descAddr / TWO_32);
      case QUEUE_DRIVER:
        return queue.availAddr % TWO_32;
      case QUEUE_DRIVER + 4:
        return Math.floor(queue.availAddr / TWO_32);
      case QUEUE_DEVICE:
        return queue.usedAddr % TWO_32;
      default:
        return Math.floor(queue.usedAddr / TWO_32);
    }
  }

  private _writeCommon(offset: number, value: number): void {
    switch (offset) {
      case DEVICE_FEATURE_SELECT:
        this._selected.devicePage = value;
        break;
      case DRIVER_FEATURE_SELECT:
        this._selected.driverPage = value;
        break;
      case DRIVER_FEATURE:
        this._selected.accept(value);
        break;
      case CONFIG_VECTOR:
      case QUEUE_VECTOR:
        // reads back as NO_VECTOR, which tells the driver that nothing was mapped
        break;
      case DEVICE_STATUS:
        this._selected.writeStatus(value);
        this._followLine();
        break;
      case QUEUE_SELECT:
        this._selected.queueIndex = value;
        break;
      case QUEUE_ENABLE:
        // a driver must not write 0: a queue goes with a reset of the device
        if (value === 1) this._selected.setUpQueue('enable', value);
        else this.device.violation('queue-disable');
        break;
      default:
        this._writeQueue(offset, value);
    }
  }

  private _writeQueue(offset: number, value: number): void {
    const field = QUEUE_FIELDS[offset];
    if (field === undefined) this.device.violation('register-write-unknown');
    else this._selected.setUpQueue(field, value);
  }

  /** The address says which queue; the value says it again. */
  private _writeNotify(offset: number, widthBytes: number, value: number): void {
    const queue = offset / NOTIFY_MULTIPLIER;
    if (widthBytes !== NOTIFY_WIDTH || !Number.isInteger(queue)) {
      this.device.violation('register-access-width');
      return;
    }
    if (value !== queue) this.device.violation('notify-other-queue');
    this.device.notify(queue);
  }

  /** Reading acknowledges all of it and lets the line go (spec 4.1.4.5). */
  private _takeIsr(): number {
    const reasons = this.device.interruptStatus;
    this.device.acknowledgeInterrupt(reasons);
    this._followLine();
    return reasons;
  }

  private _followLine(): void {
    const isAsserted = this.device.interruptStatus !== 0 && !this.config.isIntxOff;
    if (isAsserted === this._isAsserted) return;
    this._isAsserted = isAsserted;
    this.onLine?.(isAsserted);
  }
}

function alignUp(value: number, align: number): number {
  return Math.ceil(value / align) * align;
}
