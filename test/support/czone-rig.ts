/** A czone-virtio device with a driver by hand that asks right and wrong things. */

import { expect } from 'vitest';

import { Clock } from '../../src/time/index.ts';
import {
  CZONE_PROFILES,
  CZoneDevice,
  VirtioDevice,
  type CZoneDeviceOptions,
  type CZoneProfileName,
} from '../../src/virtio/index.ts';
import { decodeEvent, type CZoneEvent } from '../../src/virtio/czone/event.ts';
import { encodeReport, type CZoneRange } from '../../src/virtio/czone/report.ts';
import { decodeResponse, encodeRequest } from '../../src/virtio/czone/request.ts';
import { FlatGuestMemory, RawDriver } from './virtio.ts';
import { BLOCK_BYTES, blockPfn, REGION_BLOCKS, START_PFN, TestCZoneHost } from './virtio-czone.ts';

export const CREATE = 1;
export const DESTROY = 2;
export const PLUG = 3;
export const UNPLUG = 4;
export const ASSIGN = 5;
export const ZONE_STATE = 6;
export const BLOCK_STATE = 7;
export const UNPLUG_ALL = 8;
export const ACK = 1;
export const NACK = 2;
export const BUSY = 3;
export const ERROR = 4;
export const WHY = {
  type: 1,
  length: 2,
  flags: 3,
  zone: 4,
  exists: 5,
  count: 6,
  range: 7,
  order: 8,
  owner: 9,
  state: 10,
  request: 11,
  requestedSize: 12,
  zoneLimit: 13,
} as const;
export const TO_POOL = 1;
export const IDLE = 2;
export const LAST = 1;
export const STATUS_NEEDS_RESET = 64;

export class Rig {
  readonly host: TestCZoneHost = new TestCZoneHost();
  readonly clock: Clock = new Clock();
  readonly czone: CZoneDevice;
  readonly device: VirtioDevice;
  readonly driver: RawDriver;
  #eventAddrs: number[] = [];

  constructor(
    options: Partial<CZoneDeviceOptions> = {},
    profile: CZoneProfileName = 'adaptive',
    wanted: bigint = ~0n,
    eventBuffers = 4,
  ) {
    this.czone = new CZoneDevice(CZONE_PROFILES[profile], this.host, {
      addr: START_PFN * 4096,
      regionBytes: REGION_BLOCKS * BLOCK_BYTES,
      timers: this.clock,
      ...options,
    });
    const memory = new FlatGuestMemory(1 << 20);
    this.device = new VirtioDevice(this.czone, memory);
    this.driver = new RawDriver(this.device, memory, 65535, wanted);
    for (let i = 0; i < eventBuffers; i++) this.postEvent();
  }

  postEvent(lengthBytes = 32): void {
    const buffer = this.driver.put(new Uint8Array(lengthBytes));
    this.#eventAddrs.push(buffer.addr);
    this.driver.send(1, [buffer], 0);
  }

  /** Events so far, in the order of their buffers. */
  events(): CZoneEvent[] {
    return this.#eventAddrs
      .map((addr) => decodeEvent(this.driver.memory.read(addr, 32) as Uint8Array))
      .filter((event) => event.type !== 0);
  }

  /** Status, detail, count, value. */
  ask(
    type: number,
    fields: {
      zone?: number;
      block?: number;
      blocks?: number;
      flags?: number;
      value?: number;
    } = {},
  ): number[] {
    const full = { flags: 0, zone: 0, block: 0, blocks: 0, value: 0, ...fields };
    return this.answer(0, [this.driver.put(encodeRequest({ type, ...full }))]);
  }

  report(
    requestId: number,
    zone: number,
    ranges: readonly (readonly [number, number])[],
    flags = 0,
  ): number[] {
    const made: CZoneRange[] = ranges.map(([first, count]) => ({ first, count }));
    const bytes = encodeReport({ requestId, zone, flags, ranges: made });
    return this.answer(2, [this.driver.put(bytes)]);
  }

  answer(queue: number, readable: { addr: number; lengthBytes: number }[]): number[] {
    const room = this.driver.put(Array(16).fill(0xff));
    const written = this.driver.send(queue, [...readable, room], readable.length);
    if (written !== 16) return [];
    const { memory } = this.driver;
    const { status, detail, count, value } = decodeResponse(
      memory.read(room.addr, 16) as Uint8Array,
    );
    return [status, detail, count, value];
  }

  /** A zone with blocks from `block` on, backed throughout. */
  zone(zone: number, block: number, blocks: number): void {
    expect(this.ask(CREATE, { zone })[0]).toBe(ACK);
    expect(this.ask(PLUG, { zone, block, blocks })[0]).toBe(ACK);
    this.host.touch(blockPfn(block), blocks * 512);
  }

  violations(what: string): number {
    return this.device.counters.violations.get(what) ?? 0;
  }
}
