/**
 * The host's half of virtio-mem: the region, its blocks and the answers to requests, with the behaviour
 * of a chosen VMM. Acts on host memory only through `MemHost`.
 */

import {
  COUNT,
  RefusedArgument,
  expectInteger,
  expectMultiple,
  expectShape,
} from '../../check/index.ts';
import { DEVICE_ID_MEM } from '../constants.ts';
import type { DeviceModel, DevicePort } from '../device.ts';
import { DescriptorChain } from '../queue/chain.ts';
import { BlockMap } from './blocks.ts';
import { CONFIG_BYTES, encodeMemConfig, F_ACPI_PXM, type MemConfig } from './config.ts';
import { newMemCounters, type MemCounters, type MemHost } from './host.ts';
import type { MemProfile } from './profiles.ts';
import {
  decodeRequest,
  encodeResponse,
  REQUEST_BYTES,
  REQUEST_PLUG,
  REQUEST_STATE,
  REQUEST_UNPLUG,
  REQUEST_UNPLUG_ALL,
  RESPONSE_ACK,
  RESPONSE_BUSY,
  RESPONSE_BYTES,
  RESPONSE_ERROR,
  STATE_PLUGGED,
  STATE_UNPLUGGED,
  type MemRequest,
  type MemResponse,
} from './request.ts';

export interface MemDeviceOptions {
  readonly addr: number;
  readonly regionBytes: number;
  readonly blockBytes?: number;
  readonly requestedBytes?: number;
  /** Offered as ACPI_PXM where the profile can. */
  readonly nodeId?: number;
}

export interface MemDeviceState {
  readonly plugged: Uint8Array;
  readonly usableBytes: number;
  readonly pluggedBytes: number;
  readonly requestedBytes: number;
}

/** x86 with 46 physical address bits. */
const ADDR_MAX = 2 ** 46;
/** The config space has 16 bits for it. */
const NODE_ID_MAX = 2 ** 16 - 1;

export class MemDevice implements DeviceModel {
  readonly deviceId: number = DEVICE_ID_MEM;
  readonly queueCount: number = 1;
  readonly features: bigint;
  readonly profile: MemProfile;
  readonly addr: number;
  readonly regionBytes: number;
  readonly blockBytes: number;
  readonly counters: MemCounters = newMemCounters();
  private readonly _host: MemHost;
  private readonly _nodeId: number;
  private readonly _blocks: BlockMap;
  private readonly _bytes = new Uint8Array(CONFIG_BYTES);
  private readonly _chain = new DescriptorChain();
  private _port!: DevicePort;
  private _usableBytes = 0;
  private _pluggedBytes = 0;
  private _requestedBytes = 0;

  constructor(profile: MemProfile, host: MemHost, options: MemDeviceOptions) {
    const { addr, regionBytes, blockBytes = profile.defaultBlockBytes } = options;
    checkOptions(profile, addr, regionBytes, blockBytes);
    this.profile = profile;
    this._host = host;
    this.addr = addr;
    this.regionBytes = regionBytes;
    this.blockBytes = blockBytes;
    this._nodeId = expectInteger('nodeId', options.nodeId ?? 0, 0, NODE_ID_MAX);
    const pxm = options.nodeId === undefined ? 0n : F_ACPI_PXM & profile.optional;
    this.features = profile.features | pxm;
    this._blocks = new BlockMap(regionBytes / blockBytes);
    const { requestedBytes = 0 } = options;
    if (!this._isValidSize(requestedBytes)) {
      const expected = `a multiple of ${blockBytes} up to ${regionBytes}`;
      throw new RefusedArgument('requestedBytes', expected, requestedBytes);
    }
    this._requestedBytes = requestedBytes;
    this._usableBytes = this._usableFor(requestedBytes);
  }

  attach(port: DevicePort): void {
    this._port = port;
  }

  get pluggedBytes(): number {
    return this._pluggedBytes;
  }

  get requestedBytes(): number {
    return this._requestedBytes;
  }

  get usableBytes(): number {
    return this._usableBytes;
  }

  /** Asks the guest to plug or unplug until this much is plugged. */
  setRequested(requestedBytes: number): 'ok' | 'inactive' | 'invalid' {
    if (this.profile.resizeNeedsActive && !this._port.isActive) return 'inactive';
    if (!this._isValidSize(requestedBytes)) return 'invalid';
    this._usableBytes = Math.max(this._usableBytes, this._usableFor(requestedBytes));
    this._requestedBytes = requestedBytes;
    this._port.configChanged();
    return 'ok';
  }

  /** The VM was reset, not only the device: everything is unplugged. False when the host refused. */
  systemReset(): boolean {
    return this._unplugAll() === RESPONSE_ACK;
  }

  queueSizeMax(index: number): number {
    return index === 0 ? this.profile.queueSize : 0;
  }

  config(): Uint8Array {
    encodeMemConfig(this.values(), this._bytes);
    return this._bytes;
  }

  values(): MemConfig {
    return {
      blockBytes: this.blockBytes,
      nodeId: this._nodeId,
      addr: this.addr,
      regionBytes: this.regionBytes,
      usableBytes: this._usableBytes,
      pluggedBytes: this._pluggedBytes,
      requestedBytes: this._requestedBytes,
    };
  }

  writeConfig(): boolean {
    return false;
  }

  activate(): string | undefined {
    const { required } = this.profile;
    if ((this._port.features & required) !== required) return 'required-feature-missing';
    return this._port.queue(0) === undefined ? 'mem-queue-missing' : undefined;
  }

  notify(queueIndex: number): void {
    const queue = this._port.queue(queueIndex);
    if (queue === undefined) return;
    while (queue.pop(this._chain) === 'chain') {
      const request = this._readRequest();
      const response = request === undefined ? undefined : this._answer(request);
      if (request === undefined || response === undefined) {
        if (this.profile.malformed === 'needs-reset') this._port.needsReset('mem-request');
        else this._port.violation('mem-request');
        break;
      }
      this.counters.answers[response.type as 0 | 1 | 2 | 3]++;
      this._host.answered?.({ ...request, response: response.type });
      this._port.memory.write(this._chain.addr(1), encodeResponse(response));
      queue.pushUsed(this._chain.head, RESPONSE_BYTES);
    }
    this._port.interruptQueue(queueIndex);
  }

  /** A device reset leaves all blocks as they are (spec 5.15.6.2). */
  reset(): void {}

  save(): MemDeviceState {
    return {
      plugged: this._blocks.save(),
      usableBytes: this._usableBytes,
      pluggedBytes: this._pluggedBytes,
      requestedBytes: this._requestedBytes,
    };
  }

  load(state: MemDeviceState): void {
    expectShape('state', state, { usableBytes: COUNT, pluggedBytes: COUNT, requestedBytes: COUNT });
    this._blocks.load(state.plugged);
    this._usableBytes = state.usableBytes;
    this._pluggedBytes = state.pluggedBytes;
    this._requestedBytes = state.requestedBytes;
  }

  /** The two buffers of a request; undefined when the chain is something else. */
  private _readRequest(): MemRequest | undefined {
    const chain = this._chain;
    if (chain.readableCount !== 1 || chain.count < 2) return undefined;
    if (chain.lengthBytes(0) < REQUEST_BYTES || chain.lengthBytes(1) < RESPONSE_BYTES) {
      return undefined;
    }
    const bytes = this._port.memory.read(chain.addr(0), REQUEST_BYTES);
    return bytes === undefined ? undefined : decodeRequest(bytes);
  }

  /** Undefined for a type that does not exist. */
  private _answer(request: MemRequest): MemResponse | undefined {
    switch (request.type) {
      case REQUEST_PLUG:
        this.counters.plugRequests++;
        return { type: this._plug(request), state: 0 };
      case REQUEST_UNPLUG:
        this.counters.unplugRequests++;
        return { type: this._unplug(request), state: 0 };
      case REQUEST_UNPLUG_ALL:
        this.counters.unplugAllRequests++;
        return { type: this._unplugAll(), state: 0 };
      case REQUEST_STATE:
        this.counters.stateRequests++;
        return this._state(request);
      default:
        return undefined;
    }
  }

  private _plug(request: MemRequest): number {
    const lengthBytes = request.blocks * this.blockBytes;
    const { checksFirst, tooMuch } = this.profile;
    const isTooMuch = this._pluggedBytes + lengthBytes > this._requestedBytes;
    if (checksFirst === 'size' && isTooMuch) return tooMuch;
    const first = this._firstBlock(request);
    if (first === undefined) return RESPONSE_ERROR;
    if (isTooMuch) return tooMuch;
    if (this._blocks.state(first, request.blocks) !== STATE_UNPLUGGED) return RESPONSE_ERROR;
    if (!this._host.plug(request.addr, lengthBytes)) return RESPONSE_BUSY;
    this._blocks.set(first, request.blocks, true);
    this._pluggedBytes += lengthBytes;
    this.counters.pluggedBlocks += request.blocks;
    return RESPONSE_ACK;
  }

  private _unplug(request: MemRequest): number {
    const first = this._firstBlock(request);
    if (first === undefined) return RESPONSE_ERROR;
    if (this._blocks.state(first, request.blocks) !== STATE_PLUGGED) return RESPONSE_ERROR;
    return this._release(first, request.blocks) ? RESPONSE_ACK : RESPONSE_BUSY;
  }

  private _unplugAll(): number {
    if (!this._blocks.eachPluggedRun((first, count) => this._release(first, count))) {
      return RESPONSE_BUSY;
    }
    const { afterUnplugAll } = this.profile.usable;
    if (afterUnplugAll === 'zero') this._usableBytes = 0;
    if (afterUnplugAll === 'recompute') this._usableBytes = this._usableFor(this._requestedBytes);
    return RESPONSE_ACK;
  }

  private _state(request: MemRequest): MemResponse {
    const first = this._firstBlock(request);
    if (first === undefined) return { type: RESPONSE_ERROR, state: 0 };
    return { type: RESPONSE_ACK, state: this._blocks.state(first, request.blocks) };
  }

  private _release(first: number, count: number): boolean {
    const released = this._host.unplug(
      this.addr + first * this.blockBytes,
      count * this.blockBytes,
    );
    if (released < 0) return false;
    this._blocks.set(first, count, false);
    this._pluggedBytes -= count * this.blockBytes;
    this.counters.unpluggedBlocks += count;
    this.counters.releasedPages += released;
    return true;
  }

  /** Index of a request's first block; undefined when the range is not all usable and aligned. */
  private _firstBlock(request: MemRequest): number | undefined {
    const offset = request.addr - this.addr;
    if (request.blocks === 0 || offset < 0 || offset % this.blockBytes !== 0) return undefined;
    const end = offset + request.blocks * this.blockBytes;
    return end > this._usableBytes ? undefined : offset / this.blockBytes;
  }

  private _isValidSize(lengthBytes: number): boolean {
    if (typeof lengthBytes !== 'number' || lengthBytes % this.blockBytes !== 0) return false;
    return lengthBytes >= 0 && lengthBytes <= this.regionBytes;
  }

  private _usableFor(requestedBytes: number): number {
    const { rule, marginBytes } = this.profile.usable;
    if (rule === 'region') return this.regionBytes;
    if (requestedBytes === 0) return 0;
    const wanted =
      rule === 'margin'
        ? alignUp(requestedBytes + marginBytes, this.blockBytes)
        : alignUp(requestedBytes, marginBytes);
    return Math.min(this.regionBytes, wanted);
  }
}

function checkOptions(
  profile: MemProfile,
  addr: number,
  regionBytes: number,
  blockBytes: number,
): void {
  expectInteger('blockBytes', blockBytes, profile.minBlockBytes, ADDR_MAX);
  if (!Number.isInteger(Math.log2(blockBytes))) {
    throw new RefusedArgument('blockBytes', 'a power of two', blockBytes);
  }
  const align = Math.max(profile.regionAlignBytes, blockBytes);
  expectMultiple('regionBytes', regionBytes, align, align, ADDR_MAX);
  expectMultiple('addr', addr, align, 0, ADDR_MAX - regionBytes);
}

const alignUp = (value: number, align: number): number => Math.ceil(value / align) * align;
