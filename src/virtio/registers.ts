/**
 * What a driver reaches through selectors, whatever the transport: pages of features, and the registers of
 * the queue that is being set up (spec 4.1.4.3 and 4.2.2). A transport maps its own layout onto these.
 */

import { COUNT, expectBigInt, expectInteger, expectShape } from '../check/index.ts';
import type { QueueRegisters, VirtioDevice } from './device.ts';
import { isQueueSize } from './queue/layout.ts';

/** What a driver talks to: the registers of one device. */
export interface RegisterBus {
  read(offset: number, widthBytes: number): number;
  write(offset: number, widthBytes: number, value: number): void;
}

/** Each access is one exit from the guest. */
export interface AccessCounters {
  reads: number;
  writes: number;
}

/** A register of a queue, named as the 32-bit halves that both transports write. */
export type QueueField =
  'size' | 'enable' | 'descLow' | 'descHigh' | 'availLow' | 'availHigh' | 'usedLow' | 'usedHigh';

/** The selectors, and what the driver wrote through them. */
export interface SelectedState {
  readonly devicePage: number;
  readonly driverPage: number;
  readonly driverFeatures: bigint;
  readonly queueIndex: number;
}

const PAGE_BITS = 32;
const PAGE_MASK = 0xffff_ffffn;
/** Features are 64 bits; later pages are there for later specifications. */
const PAGES = 2;
const TWO_32 = 0x1_0000_0000;

export class SelectedRegisters {
  devicePage = 0;
  driverPage = 0;
  queueIndex = 0;
  private _driverFeatures = 0n;
  private readonly _device: VirtioDevice;

  constructor(device: VirtioDevice) {
    this._device = device;
  }

  /** 32 of the features that are offered. */
  get offered(): number {
    return pageOf(this._device.model.features, this.devicePage);
  }

  /** 32 of the features as the driver wrote them. */
  get accepted(): number {
    return pageOf(this._driverFeatures, this.driverPage);
  }

  get queue(): QueueRegisters | undefined {
    return this._device.queueRegisters(this.queueIndex);
  }

  get queueSizeMax(): number {
    return this._device.queueSizeMax(this.queueIndex);
  }

  accept(value: number): void {
    if (this.driverPage >= PAGES) {
      if (value !== 0) this._device.violation('features-not-offered');
      return;
    }
    const shift = BigInt(this.driverPage * PAGE_BITS);
    this._driverFeatures &= ~(PAGE_MASK << shift);
    this._driverFeatures |= BigInt(value) << shift;
    this._device.writeFeatures(this._driverFeatures);
  }

  /** Writes a register of the selected queue, if now is the time for it. */
  setUpQueue(field: QueueField, value: number): void {
    if (!this._device.mayConfigureQueues()) return;
    const { queue } = this;
    if (queue === undefined) this._device.violation('queue-unknown');
    else if (queue.isReady && field !== 'enable') this._device.violation('queue-in-use');
    else {
      // kept all the same: such a queue is at fault when the device becomes active
      if (field === 'size' && !isQueueSize(value, this.queueSizeMax)) {
        this._device.violation('queue-size');
      }
      setField(queue, field, value);
    }
  }

  writeStatus(value: number): void {
    if (value === 0) {
      this.load({ devicePage: 0, driverPage: 0, driverFeatures: 0n, queueIndex: 0 });
    }
    this._device.writeStatus(value);
  }

  save(): SelectedState {
    const { devicePage, driverPage, queueIndex } = this;
    return { devicePage, driverPage, driverFeatures: this._driverFeatures, queueIndex };
  }

  load(state: SelectedState): void {
    expectShape('selected', state, { devicePage: COUNT, driverPage: COUNT, queueIndex: COUNT });
    expectBigInt('selected.driverFeatures', state.driverFeatures);
    this.devicePage = state.devicePage;
    this.driverPage = state.driverPage;
    this.queueIndex = state.queueIndex;
    this._driverFeatures = state.driverFeatures;
  }
}

function pageOf(features: bigint, page: number): number {
  if (page >= PAGES) return 0;
  return Number((features >> BigInt(page * PAGE_BITS)) & PAGE_MASK);
}

function setField(queue: QueueRegisters, field: QueueField, value: number): void {
  switch (field) {
    case 'size':
      queue.size = value;
      break;
    case 'enable':
      queue.isReady = value === 1;
      break;
    case 'descLow':
      queue.descAddr = withLow(queue.descAddr, value);
      break;
    case 'descHigh':
      queue.descAddr = withHigh(queue.descAddr, value);
      break;
    case 'availLow':
      queue.availAddr = withLow(queue.availAddr, value);
      break;
    case 'availHigh':
      queue.availAddr = withHigh(queue.availAddr, value);
      break;
    case 'usedLow':
      queue.usedAddr = withLow(queue.usedAddr, value);
      break;
    case 'usedHigh':
      queue.usedAddr = withHigh(queue.usedAddr, value);
      break;
  }
}

const withLow = (addr: number, low: number): number => Math.floor(addr / TWO_32) * TWO_32 + low;
const withHigh = (addr: number, high: number): number => (addr % TWO_32) + high * TWO_32;

/** Accesses of the config space of a device: any of its fields' natural widths. */
export function readDeviceConfig(device: VirtioDevice, offset: number, widthBytes: number): number {
  if (!isConfigWidth(widthBytes)) {
    device.violation('register-access-width');
    return 0;
  }
  return device.readConfig(offset, widthBytes);
}

export function writeDeviceConfig(
  device: VirtioDevice,
  offset: number,
  widthBytes: number,
  value: number,
): void {
  if (isConfigWidth(widthBytes)) device.writeConfig(offset, bytesOf(value, widthBytes));
  else device.violation('register-access-width');
}

function isConfigWidth(widthBytes: number): boolean {
  return widthBytes === 1 || widthBytes === 2 || widthBytes === 4;
}

/** Throws RefusedArgument for what is no access to a register. Which there are, and how wide, devices say themselves. */
export function expectAccess(offset: number, widthBytes: number, value = 0): void {
  expectInteger('offset', offset, Number.MIN_SAFE_INTEGER);
  expectInteger('widthBytes', widthBytes, 0);
  expectInteger('value', value, Number.MIN_SAFE_INTEGER);
}

export function littleEndian(bytes: Uint8Array): number {
  let value = 0;
  for (let i = bytes.length - 1; i >= 0; i--) value = value * 256 + (bytes[i] as number);
  return value;
}

export function bytesOf(value: number, widthBytes: number): Uint8Array {
  const bytes = new Uint8Array(widthBytes);
  let rest = value;
  for (let i = 0; i < widthBytes; i++) {
    bytes[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return bytes;
}
