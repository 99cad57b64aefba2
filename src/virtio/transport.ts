/**
 * The driver's way to a device over virtio-mmio, with the register accesses in the order in which Linux
 * makes them (docs/linux-memory.md E.4). What a particular driver does with the device is in its own folder.
 */

import { expectBigInt } from '../check/index.ts';
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
} from './constants.ts';
import type { DriverMemory } from './memory.ts';
import {
  MMIO_CONFIG,
  MMIO_MAGIC,
  MMIO_VERSION,
  REG_CONFIG_GENERATION,
  REG_DEVICE_FEATURES,
  REG_DEVICE_FEATURES_SEL,
  REG_DEVICE_ID,
  REG_DRIVER_FEATURES,
  REG_DRIVER_FEATURES_SEL,
  REG_INTERRUPT_ACK,
  REG_INTERRUPT_STATUS,
  REG_MAGIC,
  REG_QUEUE_DESC_LOW,
  REG_QUEUE_DEVICE_LOW,
  REG_QUEUE_DRIVER_LOW,
  REG_QUEUE_NOTIFY,
  REG_QUEUE_READY,
  REG_QUEUE_SEL,
  REG_QUEUE_SIZE,
  REG_QUEUE_SIZE_MAX,
  REG_STATUS,
  REG_VENDOR_ID,
  REG_VERSION,
} from './mmio.ts';
import { DriverQueue } from './queue/driver-queue.ts';
import { contiguousLayout, ringBytes } from './queue/layout.ts';
import type { RegisterBus } from './registers.ts';

/** Linux aligns the used ring to a page on mmio. */
const RING_ALIGN_BYTES = 4096;
const TWO_32 = 0x1_0000_0000;

/** Why a driver could not take its device. */
export type ProbeFailure =
  'no-device' | 'features-refused' | 'no-queue' | 'queue-too-small' | 'no-memory' | 'bad-config';

/** What the transport tells the driver. The first two run as interrupts and only take note. */
export interface InterruptHandler {
  configChanged(): void;
  queueUsed(): void;
  /** Process context: do what was noted. Returns at once when it is already running further out. */
  work(): void;
}

export class DriverTransport {
  readonly memory: DriverMemory;
  private readonly _bus: RegisterBus;
  private _features = 0n;
  private _handler: InterruptHandler | undefined;

  constructor(bus: RegisterBus, memory: DriverMemory) {
    this._bus = bus;
    this.memory = memory;
  }

  get features(): bigint {
    return this._features;
  }

  has(mask: bigint): boolean {
    return (this._features & mask) === mask;
  }

  /** Identifies the device, resets it and offers to drive it. */
  probe(deviceId: number): ProbeFailure | undefined {
    if (this._read(REG_MAGIC) !== MMIO_MAGIC) return 'no-device';
    if (this._read(REG_VERSION) !== MMIO_VERSION) return 'no-device';
    const found = this._read(REG_DEVICE_ID);
    this._read(REG_VENDOR_ID);
    if (found !== deviceId) return 'no-device';
    this._write(REG_STATUS, 0);
    this._addStatus(STATUS_ACKNOWLEDGE);
    this._addStatus(STATUS_DRIVER);
    return undefined;
  }

  /** Accepts what is both offered and wanted; `validate` may then give features up. */
  negotiate(wanted: bigint, validate: (features: bigint) => bigint): ProbeFailure | undefined {
    const offered = this._readFeatures();
    const accepted = offered & (wanted | F_VERSION_1);
    this._writeFeatures(accepted);
    this._features = validate(accepted);
    if (this._features !== accepted) this._writeFeatures(this._features);
    if ((this._features & F_VERSION_1) === 0n) return 'features-refused';
    this._addStatus(STATUS_FEATURES_OK);
    return (this._read(REG_STATUS) & STATUS_FEATURES_OK) === 0 ? 'features-refused' : undefined;
  }

  /** Gives the device a ring of the largest size it takes that memory can be found for. */
  setUpQueue<Token>(index: number): DriverQueue<Token> | ProbeFailure {
    this._write(REG_QUEUE_SEL, index);
    if (this._read(REG_QUEUE_READY) !== 0) return 'no-queue';
    let size = this._read(REG_QUEUE_SIZE_MAX);
    if (size === 0 || (size & (size - 1)) !== 0) return 'no-queue';
    let base = this.memory.alloc(ringBytes(size, RING_ALIGN_BYTES), RING_ALIGN_BYTES);
    while (base === undefined && size > 1) {
      size /= 2;
      base = this.memory.alloc(ringBytes(size, RING_ALIGN_BYTES), RING_ALIGN_BYTES);
    }
    if (base === undefined) return 'no-memory';
    const layout = contiguousLayout(base, size, RING_ALIGN_BYTES);
    this._write(REG_QUEUE_SIZE, size);
    this._writeAddr(REG_QUEUE_DESC_LOW, layout.descAddr);
    this._writeAddr(REG_QUEUE_DRIVER_LOW, layout.availAddr);
    this._writeAddr(REG_QUEUE_DEVICE_LOW, layout.usedAddr);
    this._write(REG_QUEUE_READY, 1);
    return new DriverQueue<Token>(this.memory, layout, {
      eventIdx: this.has(F_EVENT_IDX),
      indirect: this.has(F_INDIRECT_DESC),
    });
  }

  /** From here on the device works and interrupts are taken. */
  start(handler: InterruptHandler): void {
    this._handler = handler;
    this._addStatus(STATUS_DRIVER_OK);
  }

  /** Goes on with a device that is already running, as a copy of a driver does. */
  resume(features: bigint, handler: InterruptHandler): void {
    expectBigInt('state.features', features);
    this._features = features;
    this._handler = handler;
  }

  fail(): void {
    this._addStatus(STATUS_FAILED);
  }

  /** Tells the device of new buffers, if it wants to know. */
  kick(index: number, queue: { takeKick(): boolean }): void {
    if (queue.takeKick()) this._write(REG_QUEUE_NOTIFY, index);
  }

  readConfig16(offset: number): number {
    return this._bus.read(MMIO_CONFIG + offset, 2);
  }

  readConfig32(offset: number): number {
    return this._bus.read(MMIO_CONFIG + offset, 4);
  }

  /** Two reads, low half first, repeated when the config changed between them. */
  readConfig64(offset: number): number {
    for (let tries = 0; ; tries++) {
      const generation = this._read(REG_CONFIG_GENERATION);
      const low = this.readConfig32(offset);
      const high = this.readConfig32(offset + 4);
      // Linux would repeat for ever; no honest device changes its config this often.
      if (this._read(REG_CONFIG_GENERATION) === generation || tries === 8) {
        return high * TWO_32 + low;
      }
    }
  }

  writeConfig32(offset: number, value: number): void {
    this._bus.write(MMIO_CONFIG + offset, 4, value);
  }

  /** The interrupt line was raised. Reads and acknowledges the reasons, then calls the driver. */
  interrupt(): void {
    const handler = this._handler;
    if (handler === undefined) return;
    const reasons = this._read(REG_INTERRUPT_STATUS);
    if (reasons === 0) return;
    this._write(REG_INTERRUPT_ACK, reasons);
    if ((reasons & INTERRUPT_CONFIG) !== 0) handler.configChanged();
    if ((reasons & INTERRUPT_USED) !== 0) handler.queueUsed();
    handler.work();
  }

  private _readFeatures(): bigint {
    this._write(REG_DEVICE_FEATURES_SEL, 1);
    const high = BigInt(this._read(REG_DEVICE_FEATURES));
    this._write(REG_DEVICE_FEATURES_SEL, 0);
    return (high << 32n) | BigInt(this._read(REG_DEVICE_FEATURES));
  }

  private _writeFeatures(features: bigint): void {
    this._write(REG_DRIVER_FEATURES_SEL, 1);
    this._write(REG_DRIVER_FEATURES, Number(features >> 32n));
    this._write(REG_DRIVER_FEATURES_SEL, 0);
    this._write(REG_DRIVER_FEATURES, Number(features & 0xffff_ffffn));
  }

  private _addStatus(bit: number): void {
    this._write(REG_STATUS, this._read(REG_STATUS) | bit);
  }

  private _writeAddr(lowRegister: number, addr: number): void {
    this._write(lowRegister, addr % TWO_32);
    this._write(lowRegister + 4, Math.floor(addr / TWO_32));
  }

  private _read(offset: number): number {
    return this._bus.read(offset, 4);
  }

  private _write(offset: number, value: number): void {
    this._bus.write(offset, 4, value);
  }
}
