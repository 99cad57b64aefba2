/**
 * The host's half of virtio-mem: the region, its blocks and the answers to requests, with the behaviour
 * of a chosen VMM. Acts on host memory only through `MemHost`.
 */

import { expectInteger } from '../../check/index.ts';
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

/** An option of a device that no VMM would accept. */
export class MemOptionError extends RangeError {
  override readonly name: string = 'MemOptionError';
}

export class MemDevice implements DeviceModel {
  readonly deviceId: number = DEVICE_ID_MEM;
  readonly queueCount: number = 1;
  readonly features: bigint;
  readonly profile: MemProfile;
  readonly addr: number;
  readonly regionBytes: number;
  readonly blockBytes: number;
  readonly counters: MemCounters = newMemCounters();
  readonly #host: MemHost;
  readonly #nodeId: number;
  readonly #blocks: BlockMap;
  readonly #bytes = new Uint8Array(CONFIG_BYTES);
  readonly #chain = new DescriptorChain();
  #port!: DevicePort;
  #usableBytes = 0;
  #pluggedBytes = 0;
  #requestedBytes = 0;

  constructor(profile: MemProfile, host: MemHost, options: MemDeviceOptions) {
    const { addr, regionBytes, blockBytes = profile.defaultBlockBytes } = options;
    checkOptions(profile, addr, regionBytes, blockBytes);
    this.profile = profile;
    this.#host = host;
    this.addr = addr;
    this.regionBytes = regionBytes;
    this.blockBytes = blockBytes;
    this.#nodeId = expectInteger('nodeId', options.nodeId ?? 0, 0, NODE_ID_MAX);
    const pxm = options.nodeId === undefined ? 0n : F_ACPI_PXM & profile.optional;
    this.features = profile.features | pxm;
    this.#blocks = new BlockMap(regionBytes / blockBytes);
    const { requestedBytes = 0 } = options;
    if (!this.#isValidSize(requestedBytes)) {
      throw new MemOptionError(`requestedBytes ${requestedBytes} is not a size of this region`);
    }
    this.#requestedBytes = requestedBytes;
    this.#usableBytes = this.#usableFor(requestedBytes);
  }

  attach(port: DevicePort): void {
    this.#port = port;
  }

  get pluggedBytes(): number {
    return this.#pluggedBytes;
  }

  get requestedBytes(): number {
    return this.#requestedBytes;
  }

  get usableBytes(): number {
    return this.#usableBytes;
  }

  /** Asks the guest to plug or unplug until this much is plugged. */
  setRequested(requestedBytes: number): 'ok' | 'inactive' | 'invalid' {
    if (this.profile.resizeNeedsActive && !this.#port.isActive) return 'inactive';
    if (!this.#isValidSize(requestedBytes)) return 'invalid';
    this.#usableBytes = Math.max(this.#usableBytes, this.#usableFor(requestedBytes));
    this.#requestedBytes = requestedBytes;
    this.#port.configChanged();
    return 'ok';
  }

  /** The VM was reset, not only the device: everything is unplugged. False when the host refused. */
  systemReset(): boolean {
    return this.#unplugAll() === RESPONSE_ACK;
  }

  queueSizeMax(index: number): number {
    return index === 0 ? this.profile.queueSize : 0;
  }

  config(): Uint8Array {
    encodeMemConfig(this.values(), this.#bytes);
    return this.#bytes;
  }

  values(): MemConfig {
    return {
      blockBytes: this.blockBytes,
      nodeId: this.#nodeId,
      addr: this.addr,
      regionBytes: this.regionBytes,
      usableBytes: this.#usableBytes,
      pluggedBytes: this.#pluggedBytes,
      requestedBytes: this.#requestedBytes,
    };
  }

  writeConfig(): boolean {
    return false;
  }

  activate(): string | undefined {
    const { required } = this.profile;
    if ((this.#port.features & required) !== required) return 'required-feature-missing';
    return this.#port.queue(0) === undefined ? 'mem-queue-missing' : undefined;
  }

  notify(queueIndex: number): void {
    const queue = this.#port.queue(queueIndex);
    if (queue === undefined) return;
    while (queue.pop(this.#chain) === 'chain') {
      const request = this.#readRequest();
      const response = request === undefined ? undefined : this.#answer(request);
      if (request === undefined || response === undefined) {
        if (this.profile.malformed === 'needs-reset') this.#port.needsReset('mem-request');
        else this.#port.violation('mem-request');
        break;
      }
      this.counters.answers[response.type as 0 | 1 | 2 | 3]++;
      this.#host.answered?.({ ...request, response: response.type });
      this.#port.memory.write(this.#chain.addr(1), encodeResponse(response));
      queue.pushUsed(this.#chain.head, RESPONSE_BYTES);
    }
    this.#port.interruptQueue(queueIndex);
  }

  /** A device reset leaves all blocks as they are (spec 5.15.6.2). */
  reset(): void {}

  save(): MemDeviceState {
    return {
      plugged: this.#blocks.save(),
      usableBytes: this.#usableBytes,
      pluggedBytes: this.#pluggedBytes,
      requestedBytes: this.#requestedBytes,
    };
  }

  load(state: MemDeviceState): void {
    this.#blocks.load(state.plugged);
    this.#usableBytes = state.usableBytes;
    this.#pluggedBytes = state.pluggedBytes;
    this.#requestedBytes = state.requestedBytes;
  }

  /** The two buffers of a request; undefined when the chain is something else. */
  #readRequest(): MemRequest | undefined {
    const chain = this.#chain;
    if (chain.readableCount !== 1 || chain.count < 2) return undefined;
    if (chain.lengthBytes(0) < REQUEST_BYTES || chain.lengthBytes(1) < RESPONSE_BYTES) {
      return undefined;
    }
    const bytes = this.#port.memory.read(chain.addr(0), REQUEST_BYTES);
    return bytes === undefined ? undefined : decodeRequest(bytes);
  }

  /** Undefined for a type that does not exist. */
  #answer(request: MemRequest): MemResponse | undefined {
    switch (request.type) {
      case REQUEST_PLUG:
        this.counters.plugRequests++;
        return { type: this.#plug(request), state: 0 };
      case REQUEST_UNPLUG:
        this.counters.unplugRequests++;
        return { type: this.#unplug(request), state: 0 };
      case REQUEST_UNPLUG_ALL:
        this.counters.unplugAllRequests++;
        return { type: this.#unplugAll(), state: 0 };
      case REQUEST_STATE:
        this.counters.stateRequests++;
        return this.#state(request);
      default:
        return undefined;
    }
  }

  #plug(request: MemRequest): number {
    const lengthBytes = request.blocks * this.blockBytes;
    const { checksFirst, tooMuch } = this.profile;
    const isTooMuch = this.#pluggedBytes + lengthBytes > this.#requestedBytes;
    if (checksFirst === 'size' && isTooMuch) return tooMuch;
    const first = this.#firstBlock(request);
    if (first === undefined) return RESPONSE_ERROR;
    if (isTooMuch) return tooMuch;
    if (this.#blocks.state(first, request.blocks) !== STATE_UNPLUGGED) return RESPONSE_ERROR;
    if (!this.#host.plug(request.addr, lengthBytes)) return RESPONSE_BUSY;
    this.#blocks.set(first, request.blocks, true);
    this.#pluggedBytes += lengthBytes;
    this.counters.pluggedBlocks += request.blocks;
    return RESPONSE_ACK;
  }

  #unplug(request: MemRequest): number {
    const first = this.#firstBlock(request);
    if (first === undefined) return RESPONSE_ERROR;
    if (this.#blocks.state(first, request.blocks) !== STATE_PLUGGED) return RESPONSE_ERROR;
    return this.#release(first, request.blocks) ? RESPONSE_ACK : RESPONSE_BUSY;
  }

  #unplugAll(): number {
    if (!this.#blocks.eachPluggedRun((first, count) => this.#release(first, count))) {
      return RESPONSE_BUSY;
    }
    const { afterUnplugAll } = this.profile.usable;
    if (afterUnplugAll === 'zero') this.#usableBytes = 0;
    if (afterUnplugAll === 'recompute') this.#usableBytes = this.#usableFor(this.#requestedBytes);
    return RESPONSE_ACK;
  }

  #state(request: MemRequest): MemResponse {
    const first = this.#firstBlock(request);
    if (first === undefined) return { type: RESPONSE_ERROR, state: 0 };
    return { type: RESPONSE_ACK, state: this.#blocks.state(first, request.blocks) };
  }

  #release(first: number, count: number): boolean {
    const released = this.#host.unplug(
      this.addr + first * this.blockBytes,
      count * this.blockBytes,
    );
    if (released < 0) return false;
    this.#blocks.set(first, count, false);
    this.#pluggedBytes -= count * this.blockBytes;
    this.counters.unpluggedBlocks += count;
    this.counters.releasedPages += released;
    return true;
  }

  /** Index of a request's first block; undefined when the range is not all usable and aligned. */
  #firstBlock(request: MemRequest): number | undefined {
    const offset = request.addr - this.addr;
    if (request.blocks === 0 || offset < 0 || offset % this.blockBytes !== 0) return undefined;
    const end = offset + request.blocks * this.blockBytes;
    return end > this.#usableBytes ? undefined : offset / this.blockBytes;
  }

  #isValidSize(lengthBytes: number): boolean {
    return (
      lengthBytes >= 0 && lengthBytes <= this.regionBytes && lengthBytes % this.blockBytes === 0
    );
  }

  #usableFor(requestedBytes: number): number {
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
  const isPowerOfTwo = Number.isInteger(Math.log2(blockBytes));
  if (!isPowerOfTwo || blockBytes < profile.minBlockBytes) {
    throw new MemOptionError(
      `blockBytes ${blockBytes}: expected a power of two of at least ${profile.minBlockBytes}`,
    );
  }
  const align = Math.max(profile.regionAlignBytes, blockBytes);
  const isAligned = addr % align === 0 && regionBytes % align === 0;
  if (!isAligned || regionBytes <= 0 || addr < 0 || addr + regionBytes > ADDR_MAX) {
    throw new MemOptionError(
      `region ${addr}+${regionBytes}: expected multiples of ${align} below ${ADDR_MAX}, and not empty`,
    );
  }
}

const alignUp = (value: number, align: number): number => Math.ceil(value / align) * align;
