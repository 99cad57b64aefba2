/**
 * The virtio-mmio register map, version 2, over a device (spec 4.2.2). 32-bit accesses below 0x100,
 * natural width in the config space; anything else reads zero and is counted.
 */

import type { VirtioDevice } from './device.ts';
import {
  type AccessCounters,
  type QueueField,
  type RegisterBus,
  SelectedRegisters,
  expectAccess,
  readDeviceConfig,
  writeDeviceConfig,
} from './registers.ts';

export const MMIO_MAGIC = 0x7472_6976;
export const MMIO_VERSION = 2;
export const MMIO_CONFIG = 0x100;

export const REG_MAGIC = 0x000;
export const REG_VERSION = 0x004;
export const REG_DEVICE_ID = 0x008;
export const REG_VENDOR_ID = 0x00c;
export const REG_DEVICE_FEATURES = 0x010;
export const REG_DEVICE_FEATURES_SEL = 0x014;
export const REG_DRIVER_FEATURES = 0x020;
export const REG_DRIVER_FEATURES_SEL = 0x024;
export const REG_QUEUE_SEL = 0x030;
export const REG_QUEUE_SIZE_MAX = 0x034;
export const REG_QUEUE_SIZE = 0x038;
export const REG_QUEUE_READY = 0x044;
export const REG_QUEUE_NOTIFY = 0x050;
export const REG_INTERRUPT_STATUS = 0x060;
export const REG_INTERRUPT_ACK = 0x064;
export const REG_STATUS = 0x070;
export const REG_QUEUE_DESC_LOW = 0x080;
export const REG_QUEUE_DESC_HIGH = 0x084;
export const REG_QUEUE_DRIVER_LOW = 0x090;
export const REG_QUEUE_DRIVER_HIGH = 0x094;
export const REG_QUEUE_DEVICE_LOW = 0x0a0;
export const REG_QUEUE_DEVICE_HIGH = 0x0a4;
export const REG_SHM_LEN_LOW = 0x0b0;
export const REG_SHM_BASE_HIGH = 0x0bc;
export const REG_CONFIG_GENERATION = 0x0fc;

const QUEUE_FIELDS: Readonly<Record<number, QueueField>> = {
  [REG_QUEUE_SIZE]: 'size',
  [REG_QUEUE_READY]: 'enable',
  [REG_QUEUE_DESC_LOW]: 'descLow',
  [REG_QUEUE_DESC_HIGH]: 'descHigh',
  [REG_QUEUE_DRIVER_LOW]: 'availLow',
  [REG_QUEUE_DRIVER_HIGH]: 'availHigh',
  [REG_QUEUE_DEVICE_LOW]: 'usedLow',
  [REG_QUEUE_DEVICE_HIGH]: 'usedHigh',
};

export class MmioTransport implements RegisterBus {
  readonly device: VirtioDevice;
  readonly counters: AccessCounters = { reads: 0, writes: 0 };
  private readonly _vendorId: number;
  private readonly _selected: SelectedRegisters;

  constructor(device: VirtioDevice, vendorId = 0) {
    this.device = device;
    this._vendorId = vendorId;
    this._selected = new SelectedRegisters(device);
  }

  read(offset: number, widthBytes: number): number {
    expectAccess(offset, widthBytes);
    this.counters.reads++;
    if (offset >= MMIO_CONFIG) {
      return readDeviceConfig(this.device, offset - MMIO_CONFIG, widthBytes);
    }
    if (widthBytes !== 4 || offset % 4 !== 0) {
      this.device.violation('register-access-width');
      return 0;
    }
    return this._readRegister(offset) >>> 0;
  }

  write(offset: number, widthBytes: number, value: number): void {
    expectAccess(offset, widthBytes, value);
    this.counters.writes++;
    if (offset >= MMIO_CONFIG) {
      writeDeviceConfig(this.device, offset - MMIO_CONFIG, widthBytes, value);
    } else if (widthBytes !== 4 || offset % 4 !== 0) {
      this.device.violation('register-access-width');
    } else {
      this._writeRegister(offset, value >>> 0);
    }
  }

  private _readRegister(offset: number): number {
    switch (offset) {
      case REG_MAGIC:
        return MMIO_MAGIC;
      case REG_VERSION:
        return MMIO_VERSION;
      case REG_DEVICE_ID:
        return this.device.model.deviceId;
      case REG_VENDOR_ID:
        return this._vendorId;
      case REG_DEVICE_FEATURES:
        return this._selected.offered;
      case REG_QUEUE_SIZE_MAX:
        return this._selected.queueSizeMax;
      case REG_QUEUE_READY:
        return this._selected.queue?.isReady ? 1 : 0;
      case REG_INTERRUPT_STATUS:
        return this.device.interruptStatus;
      case REG_STATUS:
        return this.device.status;
      case REG_CONFIG_GENERATION:
        return this.device.configGeneration;
      default:
        // No shared memory: length and base of a region that is not there are all ones.
        if (offset >= REG_SHM_LEN_LOW && offset <= REG_SHM_BASE_HIGH) return 0xffff_ffff;
        this.device.violation('register-read-unknown');
        return 0;
    }
  }

  private _writeRegister(offset: number, value: number): void {
    switch (offset) {
      case REG_DEVICE_FEATURES_SEL:
        this._selected.devicePage = value;
        break;
      case REG_DRIVER_FEATURES_SEL:
        this._selected.driverPage = value;
        break;
      case REG_DRIVER_FEATURES:
        this._selected.accept(value);
        break;
      case REG_QUEUE_SEL:
        this._selected.queueIndex = value;
        break;
      case REG_QUEUE_NOTIFY:
        this.device.notify(value);
        break;
      case REG_INTERRUPT_ACK:
        this.device.acknowledgeInterrupt(value);
        break;
      case REG_STATUS:
        this._selected.writeStatus(value);
        break;
      default:
        this._writeQueueRegister(offset, value);
    }
  }

  private _writeQueueRegister(offset: number, value: number): void {
    const field = QUEUE_FIELDS[offset];
    if (field === undefined) this.device.violation('register-write-unknown');
    else this._selected.setUpQueue(field, value);
  }
}
