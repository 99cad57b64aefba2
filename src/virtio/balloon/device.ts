/**
 * The host's half of virtio-balloon: all six features, with the behaviour of a chosen VMM. Acts on host
 * memory only through `BalloonHost`.
 */

import { bound } from '../../graph/index.ts';
import { GIB, type PAGEBLOCK_FRAMES } from '../../abi/unit.ts';
import {
  COUNT,
  FLAG,
  OBJECT,
  expectBigInt,
  expectInteger,
  expectMade,
  expectMultiple,
  expectName,
  expectShape,
} from '../../check/index.ts';
import type { Timers } from '../../time/index.ts';
import { DEVICE_ID_BALLOON } from '../constants.ts';
import { type DeviceModel, type DevicePort, expectConfigWrite } from '../device.ts';
import { DescriptorChain } from '../queue/chain.ts';
import {
  BALLOON_PAGE_BYTES,
  CONFIG_ACTUAL,
  CONFIG_BYTES,
  CONFIG_HINT_CMD_ID,
  CONFIG_NUM_PAGES,
  CONFIG_POISON_VAL,
  F_FREE_PAGE_HINT,
  F_PAGE_POISON,
  F_STATS_VQ,
  queueRoles,
  type BalloonQueueRole,
} from './config.ts';
import { HintWork, ReportWork, type HintState } from './device-free.ts';
import { InflateWork } from './device-inflate.ts';
import { StatsWork, expectInterval } from './device-stats.ts';
import { newBalloonCounters, type BalloonCounters, type BalloonHost } from './host.ts';
import { offeredFeatures, type BalloonFeatureOptions, type BalloonProfile } from './profiles.ts';
import type { BalloonStats } from './stats.ts';

export interface BalloonDeviceOptions extends BalloonFeatureOptions {
  /** The guest's RAM in 4 KiB pages: an upper bound of the target where the profile checks it. */
  readonly memoryPages: number;
  readonly hostPageBytes?: number;
  /** 4 KiB pages that a frame number in an array stands for; see the driver's option of this name. */
  readonly blockPages?: 1 | typeof PAGEBLOCK_FRAMES;
  readonly targetPages?: number;
  /** Needed when statistics are polled. */
  readonly timers?: Timers;
  readonly statsIntervalNs?: number;
  readonly numbering?: 'dense' | 'fixed';
}

export interface BalloonDeviceState {
  readonly config: Uint8Array;
  readonly hint: HintState;
  readonly stats: ReturnType<StatsWork['save']>;
}

/** The config space counts pages in 32 bits. */
const PAGES_MAX = 2 ** 32 - 1;
/** Host pages of 1 GiB are the largest there are. */
const HOST_PAGE_BYTES_MAX = GIB;

const NUMBERINGS = ['dense', 'fixed'] as const;

/** Throws RefusedArgument. */
function expectBalloonOptions(options: BalloonDeviceOptions): void {
  const { memoryPages, hostPageBytes = BALLOON_PAGE_BYTES, targetPages = 0 } = options;
  expectInteger('memoryPages', memoryPages, 0, PAGES_MAX);
  const step = BALLOON_PAGE_BYTES;
  expectMultiple('hostPageBytes', hostPageBytes, step, step, HOST_PAGE_BYTES_MAX);
  expectInteger('targetPages', targetPages, 0, PAGES_MAX);
  expectInterval(options.statsIntervalNs ?? 0);
  expectName('numbering', options.numbering ?? 'dense', NUMBERINGS);
}

export class BalloonDevice implements DeviceModel {
  readonly deviceId: number = DEVICE_ID_BALLOON;
  readonly features: bigint;
  readonly profile: BalloonProfile;
  readonly counters: BalloonCounters = newBalloonCounters();
  private readonly _host: BalloonHost;
  private readonly _options: BalloonDeviceOptions;
  private readonly _config: Uint8Array;
  private readonly _view: DataView;
  private readonly _chain = new DescriptorChain();
  private _port!: DevicePort;
  private _inflate!: InflateWork;
  private _stats!: StatsWork;
  private _hint!: HintWork;
  private _report!: ReportWork;
  private _roles: (BalloonQueueRole | undefined)[];

  constructor(profile: BalloonProfile, host: BalloonHost, options: BalloonDeviceOptions) {
    expectBalloonOptions(options);
    this.profile = profile;
    this.features = offeredFeatures(profile, options);
    this._host = host;
    this._options = options;
    // All fields have a place here; the driver sees only the profile's size.
    const whole = new Uint8Array(CONFIG_BYTES);
    this._view = new DataView(whole.buffer);
    this._config = whole.subarray(0, configBytes(profile, this.features));
    this._view.setUint32(CONFIG_NUM_PAGES, options.targetPages ?? 0, true);
    this._roles = this._rolesUnder(this.features);
  }

  attach(port: DevicePort): void {
    const { profile, counters } = this;
    const {
      hostPageBytes = BALLOON_PAGE_BYTES,
      blockPages = 1,
      timers,
      statsIntervalNs = 0,
    } = this._options;
    this._port = port;
    this._inflate = new InflateWork(profile, port, this._host, counters, hostPageBytes, blockPages);
    this._stats = new StatsWork(profile, port, counters, timers, statsIntervalNs);
    const changed = bound(this, this._hintChanged);
    this._hint = new HintWork(profile, port, this._host, counters, changed);
    this._report = new ReportWork(profile, port, this._host, counters, hostPageBytes);
  }

  get targetPages(): number {
    return this._view.getUint32(CONFIG_NUM_PAGES, true);
  }

  /** What the driver says it has put in the balloon. */
  get actualPages(): number {
    return this._view.getUint32(CONFIG_ACTUAL, true);
  }

  get poisonVal(): number {
    return this._view.getUint32(CONFIG_POISON_VAL, true);
  }

  get stats(): Partial<BalloonStats> {
    return this._stats.latest;
  }

  get hinting(): { readonly hostCmdId: number; readonly guestCmdId: number } {
    return this._hint;
  }

  /** Asks the guest for a balloon of this many pages. */
  setTarget(pages: number): 'ok' | 'inactive' | 'too-large' {
    expectInteger('target', pages, 0, PAGES_MAX);
    if (this.profile.checksTarget) {
      if (!this._port.isActive) return 'inactive';
      if (pages > this._options.memoryPages) return 'too-large';
    }
    this._view.setUint32(CONFIG_NUM_PAGES, pages, true);
    this._port.configChanged();
    return 'ok';
  }

  /** Asks for fresh statistics now; false when the device has no buffer to return. */
  pollStats(): boolean {
    return this._stats.poll();
  }

  setStatsInterval(intervalNs: number): 'ok' | 'state-change' {
    return this._stats.setInterval(intervalNs);
  }

  /** Begins a hinting run; undefined when hinting was not negotiated. */
  startHinting(acknowledgeOnStop = true): number | undefined {
    if (!this._has(F_FREE_PAGE_HINT)) return undefined;
    return this._hint.start(acknowledgeOnStop);
  }

  stopHinting(): void {
    if (this._has(F_FREE_PAGE_HINT)) this._hint.stop();
  }

  /** The host no longer needs the hints: the guest gets its pages back. */
  finishHinting(): void {
    if (this._has(F_FREE_PAGE_HINT)) this._hint.done();
  }

  /** While set, frame numbers and ranges are accepted but nothing is discarded. */
  setInhibited(inhibited: boolean): void {
    this._inflate.inhibited = inhibited;
    this._report.inhibited = inhibited;
  }

  get queueCount(): number {
    return this._rolesUnder(this.features).length;
  }

  queueSizeMax(index: number, features: bigint): number {
    expectBigInt('features', features);
    // Before negotiation the driver has accepted nothing: then what is offered counts.
    const role = this._rolesUnder(features === 0n ? this.features : features)[index];
    return role === undefined ? 0 : this.profile.queueSizes[role];
  }

  config(): Uint8Array {
    return this._config;
  }

  writeConfig(offset: number, bytes: Uint8Array): boolean {
    expectConfigWrite(offset, bytes);
    const { writable } = this.profile;
    if (writable === 'actual' && (offset !== CONFIG_ACTUAL || bytes.length !== 4)) return false;
    const old = this.actualPages;
    for (let i = 0; i < bytes.length; i++) {
      if (writable === 'fields' && !isDriverField(offset + i)) continue;
      this._config[offset + i] = bytes[i] ?? 0;
    }
    const touchesActual = offset < CONFIG_ACTUAL + 4 && offset + bytes.length > CONFIG_ACTUAL;
    if (touchesActual) this._host.actualChanged?.(this.actualPages, old);
    return true;
  }

  activate(): string | undefined {
    this._roles = this._rolesUnder(this._port.features);
    for (let i = 0; i < 2; i++) {
      if (this._port.queue(i) === undefined) return 'balloon-queue-missing';
    }
    if (this._has(F_STATS_VQ)) this._stats.activate(this._roles.indexOf('stats'));
    return undefined;
  }

  notify(queueIndex: number): void {
    expectInteger('queue', queueIndex, 0);
    const queue = this._port.queue(queueIndex);
    if (queue === undefined) return;
    switch (this._roles[queueIndex]) {
      case 'inflate':
        this._inflate.inflate(queue, this._chain);
        break;
      case 'deflate':
        this._inflate.deflate(queue, this._chain);
        break;
      case 'stats':
        this._stats.receive(queue, this._chain);
        break;
      case 'hinting':
        this._hint.receive(queue, this._chain);
        break;
      case 'reporting':
        this._report.receive(queue, this._chain, this._has(F_PAGE_POISON) ? this.poisonVal : 0);
        break;
      case undefined:
        return;
    }
    this._port.interruptQueue(queueIndex);
  }

  /** What a queue is for; undefined where there is none. */
  role(queueIndex: number): BalloonQueueRole | undefined {
    expectInteger('queue', queueIndex, 0);
    return this._roles[queueIndex];
  }

  /** The target outlives a reset: it is the host's wish, not the driver's state. */
  reset(): void {
    this._inflate.reset();
    this._stats.reset();
    this._hint.reset();
    this._view.setUint32(CONFIG_HINT_CMD_ID, 0, true);
    this._view.setUint32(CONFIG_POISON_VAL, 0, true);
    if (this.profile.resetClearsActual) this._view.setUint32(CONFIG_ACTUAL, 0, true);
    this._roles = this._rolesUnder(this.features);
  }

  save(): BalloonDeviceState {
    const config = new Uint8Array(this._view.buffer.slice(0));
    return { config, hint: this._hint.save(), stats: this._stats.save() };
  }

  /** After the `VirtioDevice` has loaded its own state. */
  load(state: BalloonDeviceState): void {
    const hint = {
      hostCmdId: COUNT,
      guestCmdId: COUNT,
      lastCmdId: COUNT,
      acknowledgeOnStop: FLAG,
    } as const;
    const { config } = expectShape('state', state, { hint, stats: OBJECT });
    const { byteLength } = this._view;
    expectInteger('config', expectMade('config', config, Uint8Array).length, 0, byteLength);
    new Uint8Array(this._view.buffer).set(state.config);
    this._hint.load(state.hint);
    if (this._port.isActive) this._roles = this._rolesUnder(this._port.features);
    this._stats.load(state.stats);
  }

  private _has(mask: bigint): boolean {
    return (this._port.features & mask) === mask;
  }

  private _rolesUnder(features: bigint): (BalloonQueueRole | undefined)[] {
    return queueRoles(this._options.numbering ?? this.profile.numbering, features);
  }

  private _hintChanged(): void {
    this._view.setUint32(CONFIG_HINT_CMD_ID, this._hint.hostCmdId, true);
    this._port.configChanged();
  }
}

function configBytes(profile: BalloonProfile, features: bigint): number {
  if (profile.configBytes !== 'by-features') return profile.configBytes;
  if ((features & F_PAGE_POISON) !== 0n) return 16;
  return (features & F_FREE_PAGE_HINT) !== 0n ? 12 : 8;
}

function isDriverField(offset: number): boolean {
  const inActual = offset >= CONFIG_ACTUAL && offset < CONFIG_ACTUAL + 4;
  return inActual || offset >= CONFIG_POISON_VAL;
}
