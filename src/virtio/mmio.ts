/**
 * The virtio-mmio register map, version 2, over a device (spec 4.2.2). 32-bit accesses below 0x100,
 * natural width in the config space; anything else reads zero and is counted.
 */

import type { QueueRegisters, VirtioDevice } from './device.ts';
import { isQueueSize } from './queue/layout.ts';

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

/** What a driver talks to: the registers of one device. */
export interface RegisterBus {
  read(offset: number, widthBytes: number): number;
  write(offset: number, widthBytes: number, value: number): void;
}

/** Each access is one exit from the guest. */
export interface MmioCounters {
  reads: number;
  writes: number;
}

const TWO_32 = 0x1_0000_0000;

export class MmioTransport implements RegisterBus {
  readonly device: VirtioDevice;
  readonly counters: MmioCounters = { reads: 0, writes: 0 };
  readonly #vendorId: number;
  #deviceFeaturesSel = 0;
  #driverFeaturesSel = 0;
  #driverFeatures = 0n;
  #queueSel = 0;

  constructor(device: VirtioDevice, vendorId = 0) {
    this.device = device;
    this.#vendorId = vendorId;
  }

  read(offset: number, widthBytes: number): number {
    this.counters.reads++;
    if (offset >= MMIO_CONFIG) return this.#readConfig(offset - MMIO_CONFIG, widthBytes);
    if (widthBytes !== 4 || offset % 4 !== 0) {
      this.device.violation('register-access-width');
      return 0;
    }
    return this.#readRegister(offset) >>> 0;
  }

  write(offset: number, widthBytes: number, value: number): void {
    this.counters.writes++;
    if (offset >= MMIO_CONFIG) {
      this.#writeConfig(offset - MMIO_CONFIG, widthBytes, value);
    } else if (widthBytes !== 4 || offset % 4 !== 0) {
      this.device.violation('register-access-width');
    } else {
      this.#writeRegister(offset, value >>> 0);
    }
  }

  #readRegister(offset: number): number {
    switch (offset) {
      case REG_MAGIC:
        return MMIO_MAGIC;
      case REG_VERSION:
        return MMIO_VERSION;
      case REG_DEVICE_ID:
        return this.device.model.deviceId;
      case REG_VENDOR_ID:
        return this.#vendorId;
      case REG_DEVICE_FEATURES:
        return this.#featurePage(this.#deviceFeaturesSel);
      case REG_QUEUE_SIZE_MAX:
        return this.device.queueSizeMax(this.#queueSel);
      case REG_QUEUE_READY:
        return this.device.queueRegisters(this.#queueSel)?.isReady ? 1 : 0;
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

  #writeRegister(offset: number, value: number): void {
    switch (offset) {
      case REG_DEVICE_FEATURES_SEL:
        this.#deviceFeaturesSel = value;
        break;
      case REG_DRIVER_FEATURES_SEL:
        this.#driverFeaturesSel = value;
        break;
      case REG_DRIVER_FEATURES:
        this.#writeFeatures(value);
        break;
      case REG_QUEUE_SEL:
        this.#queueSel = value;
        break;
      case REG_QUEUE_NOTIFY:
        this.device.notify(value);
        break;
      case REG_INTERRUPT_ACK:
        this.device.acknowledgeInterrupt(value);
        break;
      case REG_STATUS:
        if (value === 0) this.#reset();
        this.device.writeStatus(value);
        break;
      default:
        this.#writeQueueRegister(offset, value);
    }
  }

  #writeQueueRegister(offset: number, value: number): void {
    if (!isQueueRegister(offset)) {
      this.device.violation('register-write-unknown');
      return;
    }
    if (!this.device.mayConfigureQueues()) return;
    const queue = this.device.queueRegisters(this.#queueSel);
    if (queue === undefined) this.device.violation('queue-unknown');
    else if (queue.isReady && offset !== REG_QUEUE_READY) this.device.violation('queue-in-use');
    else {
      const isSize = offset === REG_QUEUE_SIZE;
      // kept all the same: such a queue is at fault when the device becomes active
      if (isSize && !isQueueSize(value, this.device.queueSizeMax(this.#queueSel))) {
        this.device.violation('queue-size');
      }
      setQueueRegister(queue, offset, value);
    }
  }

  #writeFeatures(value: number): void {
    const shift = BigInt(this.#driverFeaturesSel * 32);
    if (this.#driverFeaturesSel > 1) {
      if (value !== 0) this.device.violation('features-not-offered');
      return;
    }
    this.#driverFeatures &= ~(0xffff_ffffn << shift);
    this.#driverFeatures |= BigInt(value) << shift;
    this.device.writeFeatures(this.#driverFeatures);
  }

  #featurePage(page: number): number {
    if (page > 1) return 0;
    return Number((this.device.model.features >> BigInt(page * 32)) & 0xffff_ffffn);
  }

  #reset(): void {
    this.#deviceFeaturesSel = 0;
    this.#driverFeaturesSel = 0;
    this.#driverFeatures = 0n;
    this.#queueSel = 0;
  }

  #readConfig(offset: number, widthBytes: number): number {
    if (!isConfigWidth(widthBytes)) {
      this.device.violation('register-access-width');
      return 0;
    }
    const bytes = this.device.readConfig(offset, widthBytes);
    let value = 0;
    for (let i = widthBytes - 1; i >= 0; i--) value = value * 256 + (bytes[i] as number);
    return value;
  }

  #writeConfig(offset: number, widthBytes: number, value: number): void {
    if (!isConfigWidth(widthBytes)) {
      this.device.violation('register-access-width');
      return;
    }
    const bytes = new Uint8Array(widthBytes);
    let rest = value;
    for (let i = 0; i < widthBytes; i++) {
      bytes[i] = rest % 256;
      rest = Math.floor(rest / 256);
    }
    this.device.writeConfig(offset, bytes);
  }
}

function isConfigWidth(widthBytes: number): boolean {
  return widthBytes === 1 || widthBytes === 2 || widthBytes === 4;
}

function isQueueRegister(offset: number): boolean {
  return (
    offset === REG_QUEUE_SIZE ||
    offset === REG_QUEUE_READY ||
    offset === REG_QUEUE_DESC_LOW ||
    offset === REG_QUEUE_DESC_HIGH ||
    offset === REG_QUEUE_DRIVER_LOW ||
    offset === REG_QUEUE_DRIVER_HIGH ||
    offset === REG_QUEUE_DEVICE_LOW ||
    offset === REG_QUEUE_DEVICE_HIGH
  );
}

function setQueueRegister(queue: QueueRegisters, offset: number, value: number): void {
  switch (offset) {
    case REG_QUEUE_SIZE:
      queue.size = value;
      break;
    case REG_QUEUE_READY:
      queue.isReady = value === 1;
      break;
    case REG_QUEUE_DESC_LOW:
      queue.descAddr = withLow(queue.descAddr, value);
      break;
    case REG_QUEUE_DESC_HIGH:
      queue.descAddr = withHigh(queue.descAddr, value);
      break;
    case REG_QUEUE_DRIVER_LOW:
      queue.availAddr = withLow(queue.availAddr, value);
      break;
    case REG_QUEUE_DRIVER_HIGH:
      queue.availAddr = withHigh(queue.availAddr, value);
      break;
    case REG_QUEUE_DEVICE_LOW:
      queue.usedAddr = withLow(queue.usedAddr, value);
      break;
    case REG_QUEUE_DEVICE_HIGH:
      queue.usedAddr = withHigh(queue.usedAddr, value);
      break;
  }
}

const withLow = (addr: number, low: number): number => Math.floor(addr / TWO_32) * TWO_32 + low;
const withHigh = (addr: number, high: number): number => (addr % TWO_32) + high * TWO_32;
