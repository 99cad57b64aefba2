/**
 * The configuration space of a modern virtio PCI function: header, one base address register, the
 * capabilities that say where its registers lie, and the window through which firmware reaches them
 * without mapping anything (spec 4.1.2 to 4.1.4). Which addresses the function answers to is its bus's
 * affair: it reads the base address register here.
 */

import { expectInteger, expectMade } from '../check/index.ts';
import { type RegisterBus, bytesOf, expectAccess, littleEndian } from './registers.ts';

/** A part of the function's registers, by the kind that its capability names. */
export interface PciRegion {
  readonly kind: number;
  readonly start: number;
  readonly lengthBytes: number;
}

export interface PciIdentity {
  /** The virtio device's number. */
  readonly deviceId: number;
  readonly barBytes: number;
  /** Registers in the port space, or in memory. */
  readonly barType: 'io' | 'memory';
  readonly regions: readonly PciRegion[];
  /** Bytes between the notification addresses of two queues. */
  readonly notifyMultiplier: number;
}

export const CAP_COMMON = 1;
export const CAP_NOTIFY = 2;
export const CAP_ISR = 3;
export const CAP_DEVICE = 4;
const CAP_PCI_WINDOW = 5;

const CONFIG_SPACE_BYTES = 256;
/** PCI registers, by offset. */
const REG_COMMAND = 0x04;
const REG_STATUS = 0x06;
const REG_BAR = 0x10;
const REG_INTERRUPT_LINE = 0x3c;
const FIRST_CAPABILITY = 0x40;

/** I/O, memory, bus master. */
const COMMAND_WRITABLE_LOW = 7;
/** "Interrupt disable" is bit 10. */
const COMMAND_INTX_OFF = 4;
const STATUS_INTERRUPT = 8;
const STATUS_CAPABILITIES = 0x10;

const VIRTIO_VENDOR = 0x1af4;
const FIRST_DEVICE = 0x1040;
/** Virtio's numbers that have a PCI number. */
export const DEVICE_ID_MAX = 0x3f;
const FIRST_SUBSYSTEM = 0x40;
const REVISION = 1;
/** "Does not fit any defined class". */
const CLASS_OTHER = 0xff;
const PIN_INTA = 1;
const VENDOR_CAPABILITY = 9;

/** Fields of a capability, by offset in it. */
const CAP_BAR = 4;
const CAP_START = 8;
const CAP_LENGTH = 12;
const CAP_BYTES = 16;
/** The notification's multiplier, or the window's data. */
const CAP_EXTRA = 16;
const CAP_EXTRA_BYTES = 4;

export class PciConfigSpace {
  /** The driver switched INTx off or on. */
  onCommand: (() => void) | undefined;
  private readonly _bytes = new Uint8Array(CONFIG_SPACE_BYTES);
  /** Bits that the driver can change. */
  private readonly _writable = new Uint8Array(CONFIG_SPACE_BYTES);
  private readonly _view: DataView;
  private readonly _registers: RegisterBus;
  private readonly _hasInterrupt: () => boolean;
  private readonly _violation: (what: string) => void;
  private _window = 0;

  constructor(
    identity: PciIdentity,
    registers: RegisterBus,
    hasInterrupt: () => boolean,
    violation: (what: string) => void,
  ) {
    this._view = new DataView(this._bytes.buffer);
    this._registers = registers;
    this._hasInterrupt = hasInterrupt;
    this._violation = violation;
    this._writeHeader(identity);
    this._writeCapabilities(identity);
  }

  get isIntxOff(): boolean {
    return ((this._bytes[REG_COMMAND + 1] ?? 0) & COMMAND_INTX_OFF) !== 0;
  }

  /** What firmware finds; all ones where PCI answers nothing. */
  read(offset: number, widthBytes: number): number {
    expectAccess(offset, widthBytes);
    if (!this._isAccess(offset, widthBytes)) return 2 ** (8 * widthBytes) - 1;
    if (this._isWindowData(offset)) this._readWindow();
    const bytes = this._bytes.slice(offset, offset + widthBytes);
    const status = REG_STATUS - offset;
    if (status >= 0 && status < widthBytes && this._hasInterrupt()) {
      bytes[status] = (bytes[status] ?? 0) | STATUS_INTERRUPT;
    }
    return littleEndian(bytes);
  }

  write(offset: number, widthBytes: number, value: number): void {
    expectAccess(offset, widthBytes, value);
    if (!this._isAccess(offset, widthBytes)) return;
    bytesOf(value, widthBytes).forEach((byte, i) => {
      const mask = this._writable[offset + i] ?? 0;
      this._bytes[offset + i] = ((this._bytes[offset + i] ?? 0) & ~mask) | (byte & mask);
    });
    if (this._isWindowData(offset)) this._writeWindow();
    if (offset <= REG_COMMAND + 1 && offset + widthBytes > REG_COMMAND) this.onCommand?.();
  }

  save(): Uint8Array {
    return this._bytes.slice();
  }

  load(bytes: Uint8Array): void {
    const { length } = expectMade('config', bytes, Uint8Array);
    expectInteger('config.length', length, CONFIG_SPACE_BYTES, CONFIG_SPACE_BYTES);
    this._bytes.set(bytes);
  }

  private _isAccess(offset: number, widthBytes: number): boolean {
    const isNatural = (widthBytes === 1 || widthBytes === 2 || widthBytes === 4) && offset >= 0;
    if (isNatural && offset % widthBytes === 0 && offset < CONFIG_SPACE_BYTES) return true;
    this._violation('pci-config-access');
    return false;
  }

  private _writeHeader({ deviceId, barBytes, barType }: PciIdentity): void {
    const view = this._view;
    view.setUint16(0x00, VIRTIO_VENDOR, true);
    view.setUint16(0x02, FIRST_DEVICE + deviceId, true);
    view.setUint8(REG_STATUS, STATUS_CAPABILITIES);
    view.setUint8(0x08, REVISION);
    view.setUint8(0x0b, CLASS_OTHER);
    view.setUint8(REG_BAR, barType === 'io' ? 1 : 0);
    view.setUint16(0x2c, VIRTIO_VENDOR, true);
    view.setUint16(0x2e, FIRST_SUBSYSTEM + deviceId, true);
    view.setUint8(0x34, FIRST_CAPABILITY);
    view.setUint8(0x3d, PIN_INTA);
    this._writable[REG_COMMAND] = COMMAND_WRITABLE_LOW;
    this._writable[REG_COMMAND + 1] = COMMAND_INTX_OFF;
    this._writable[REG_INTERRUPT_LINE] = 0xff;
    // ones written come back as the size: bits below it stay as they are
    new DataView(this._writable.buffer).setUint32(REG_BAR, -barBytes >>> 0, true);
  }

  private _writeCapabilities({ regions, notifyMultiplier }: PciIdentity): void {
    let at = FIRST_CAPABILITY;
    for (const region of regions) {
      const hasExtra = region.kind === CAP_NOTIFY;
      if (hasExtra) this._view.setUint32(at + CAP_EXTRA, notifyMultiplier, true);
      at = this._writeCapability(at, region, hasExtra);
    }
    this._window = at;
    this._writeCapability(at, { kind: CAP_PCI_WINDOW, start: 0, lengthBytes: 0 }, true);
    this._bytes[at + 1] = 0;
    this._writable[at + CAP_BAR] = 0xff;
    this._writable.fill(0xff, at + CAP_START, at + CAP_EXTRA + CAP_EXTRA_BYTES);
  }

  /** Returns where the next one lies. */
  private _writeCapability(
    at: number,
    { kind, start, lengthBytes }: PciRegion,
    hasExtra: boolean,
  ): number {
    const size = CAP_BYTES + (hasExtra ? CAP_EXTRA_BYTES : 0);
    this._bytes.set([VENDOR_CAPABILITY, at + size, size, kind], at);
    this._view.setUint32(at + CAP_START, start, true);
    this._view.setUint32(at + CAP_LENGTH, lengthBytes, true);
    return at + size;
  }

  private _isWindowData(offset: number): boolean {
    const data = this._window + CAP_EXTRA;
    return offset >= data && offset < data + CAP_EXTRA_BYTES;
  }

  /** Where the window points and how wide; undefined: nowhere (there is one base address register). */
  private _windowTarget(): { start: number; lengthBytes: number } | undefined {
    const start = this._view.getUint32(this._window + CAP_START, true);
    const lengthBytes = this._view.getUint32(this._window + CAP_LENGTH, true);
    const isNatural = lengthBytes === 1 || lengthBytes === 2 || lengthBytes === 4;
    const isOurs = this._bytes[this._window + CAP_BAR] === 0;
    if (isNatural && isOurs && start % lengthBytes === 0) return { start, lengthBytes };
    this._violation('pci-window-target');
    return undefined;
  }

  private _readWindow(): void {
    const target = this._windowTarget();
    if (target === undefined) return;
    const value = this._registers.read(target.start, target.lengthBytes);
    this._bytes.set(bytesOf(value, target.lengthBytes), this._window + CAP_EXTRA);
  }

  private _writeWindow(): void {
    const target = this._windowTarget();
    if (target === undefined) return;
    const data = this._window + CAP_EXTRA;
    const value = littleEndian(this._bytes.subarray(data, data + target.lengthBytes));
    this._registers.write(target.start, target.lengthBytes, value);
  }
}
