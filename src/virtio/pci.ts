/**
 * The modern PCI transport over a device (spec 4.1): common configuration, notification addresses, ISR
 * status and the device's config space in one base address register, each field at its natural width; any
 * other access reads zero and is counted. Interrupts are INTx; there is no MSI-X table, and the vector
 * fields say so (docs/decisions/0052-virtio-over-pci.md).
 */

import { RefusedArgument } from '../check/index.ts';
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
  readonly #selected: SelectedRegisters;
  readonly #configBytes: number;
  readonly #notify: number;
  #isAsserted = false;

  constructor(device: VirtioDevice, barType: 'io' | 'memory' = 'memory') {
    const { deviceId, queueCount } = device.model;
    if (deviceId > DEVICE_ID_MAX) {
      throw new RefusedArgument('deviceId', `a device with a PCI number`, deviceId);
    }
    this.device = device;
    this.#selected = new SelectedRegisters(device);
    this.#configBytes = device.model.config().length;
    this.#notify = alignUp(DEVICE_CONFIG + this.#configBytes, NOTIFY_ALIGN);
    const notifyBytes = queueCount * NOTIFY_MULTIPLIER;
    this.barBytes = 2 ** Math.ceil(Math.log2(this.#notify + notifyBytes));
    const regions: readonly PciRegion[] = [
      { kind: CAP_COMMON, start: 0, lengthBytes: COMMON_BYTES },
      { kind: CAP_NOTIFY, start: this.#notify, lengthBytes: notifyBytes },
      { kind: CAP_ISR, start: ISR, lengthBytes: 1 },
      { kind: CAP_DEVICE, start: DEVICE_CONFIG, lengthBytes: this.#configBytes },
    ];
    const { barBytes } = this;
    this.config = new PciConfigSpace(
      { deviceId, barBytes, barType, regions, notifyMultiplier: NOTIFY_MULTIPLIER },
      this,
      () => device.interruptStatus !== 0,
      (what) => device.violation(what),
    );
    this.config.onCommand = (): void => this.#followLine();
    device.onInterrupt = (): void => this.#followLine();
  }

  /** Registers in the base address register. */
  read(offset: number, widthBytes: number): number {
    this.counters.reads++;
    if (offset < COMMON_BYTES) return this.#readCommon(offset, widthBytes) >>> 0;
    if (offset === ISR && widthBytes === 1) return this.#takeIsr();
    if (this.#isDeviceConfig(offset)) {
      return readDeviceConfig(this.device, offset - DEVICE_CONFIG, widthBytes);
    }
    this.device.violation('register-read-unknown');
    return 0;
  }

  write(offset: number, widthBytes: number, value: number): void {
    this.counters.writes++;
    if (offset < COMMON_BYTES) {
      if (WIDTHS[offset] === widthBytes) {
        this.#writeCommon(offset, value % 2 ** (8 * widthBytes));
      } else this.device.violation('register-access-width');
    } else if (this.#isDeviceConfig(offset)) {
      writeDeviceConfig(this.device, offset - DEVICE_CONFIG, widthBytes, value);
    } else if (offset >= this.#notify && offset < this.barBytes) {
      this.#writeNotify(offset - this.#notify, widthBytes, value);
    } else this.device.violation('register-write-unknown');
  }

  save(): PciState {
    return { selected: this.#selected.save(), config: this.config.save() };
  }

  /** After the device has loaded its own state. */
  load(state: PciState): void {
    this.#selected.load(state.selected);
    this.config.load(state.config);
    this.#followLine();
  }

  #isDeviceConfig(offset: number): boolean {
    return offset >= DEVICE_CONFIG && offset < DEVICE_CONFIG + this.#configBytes;
  }

  #readCommon(offset: number, widthBytes: number): number {
    if (WIDTHS[offset] !== widthBytes) {
      this.device.violation('register-access-width');
      return 0;
    }
    const { device } = this;
    const selected = this.#selected;
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
        return this.#readQueue(offset);
    }
  }

  /** All zeros for a queue that is not there. */
  #readQueue(offset: number): number {
    const { queue, queueIndex } = this.#selected;
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

  #writeCommon(offset: number, value: number): void {
    switch (offset) {
      case DEVICE_FEATURE_SELECT:
        this.#selected.devicePage = value;
        break;
      case DRIVER_FEATURE_SELECT:
        this.#selected.driverPage = value;
        break;
      case DRIVER_FEATURE:
        this.#selected.accept(value);
        break;
      case CONFIG_VECTOR:
      case QUEUE_VECTOR:
        // reads back as NO_VECTOR, which tells the driver that nothing was mapped
        break;
      case DEVICE_STATUS:
        this.#selected.writeStatus(value);
        this.#followLine();
        break;
      case QUEUE_SELECT:
        this.#selected.queueIndex = value;
        break;
      case QUEUE_ENABLE:
        // a driver must not write 0: a queue goes with a reset of the device
        if (value === 1) this.#selected.setUpQueue('enable', value);
        else this.device.violation('queue-disable');
        break;
      default:
        this.#writeQueue(offset, value);
    }
  }

  #writeQueue(offset: number, value: number): void {
    const field = QUEUE_FIELDS[offset];
    if (field === undefined) this.device.violation('register-write-unknown');
    else this.#selected.setUpQueue(field, value);
  }

  /** The address says which queue; the value says it again. */
  #writeNotify(offset: number, widthBytes: number, value: number): void {
    const queue = offset / NOTIFY_MULTIPLIER;
    if (widthBytes !== NOTIFY_WIDTH || !Number.isInteger(queue)) {
      this.device.violation('register-access-width');
      return;
    }
    if (value !== queue) this.device.violation('notify-other-queue');
    this.device.notify(queue);
  }

  /** Reading acknowledges all of it and lets the line go (spec 4.1.4.5). */
  #takeIsr(): number {
    const reasons = this.device.interruptStatus;
    this.device.acknowledgeInterrupt(reasons);
    this.#followLine();
    return reasons;
  }

  #followLine(): void {
    const isAsserted = this.device.interruptStatus !== 0 && !this.config.isIntxOff;
    if (isAsserted === this.#isAsserted) return;
    this.#isAsserted = isAsserted;
    this.onLine?.(isAsserted);
  }
}

function alignUp(value: number, align: number): number {
  return Math.ceil(value / align) * align;
}
