/**
 * The statistics queue of a balloon device: holds the driver's one buffer and returns it to ask for
 * fresh numbers (spec 5.5.6.3).
 */

import { bound } from '../../graph/index.ts';
import { type TimerHandle, type Timers, expectPeriod } from '../../time/index.ts';
import type { DevicePort } from '../device.ts';
import type { DescriptorChain } from '../queue/chain.ts';
import type { DeviceQueue } from '../queue/device-queue.ts';
import type { BalloonCounters } from './host.ts';
import type { BalloonProfile } from './profiles.ts';
import { decodeStats, STAT_BYTES, STAT_NAMES, type BalloonStats } from './stats.ts';

const CHUNK_ENTRIES = 256;

/** Throws RefusedArgument for a pause between polls that is none. 0: no polls. */
export function expectInterval(intervalNs: number): number {
  return intervalNs === 0 ? 0 : expectPeriod('statsIntervalNs', intervalNs);
}

export class StatsWork {
  private readonly _profile: BalloonProfile;
  private readonly _port: DevicePort;
  private readonly _counters: BalloonCounters;
  private readonly _timers: Timers | undefined;
  private _intervalNs: number;
  private _timer: TimerHandle | undefined;
  private _queueIndex = -1;
  private _heldHead = -1;
  private _latest: Partial<Record<keyof BalloonStats, number>> = {};

  constructor(
    profile: BalloonProfile,
    port: DevicePort,
    counters: BalloonCounters,
    timers: Timers | undefined,
    intervalNs: number,
  ) {
    this._profile = profile;
    this._port = port;
    this._counters = counters;
    this._timers = timers;
    this._intervalNs = expectInterval(intervalNs);
  }

  /** What the guest said last; a tag it did not send is missing. */
  get latest(): Partial<BalloonStats> {
    return this._latest;
  }

  activate(queueIndex: number): void {
    this._queueIndex = queueIndex;
    this._arm();
  }

  reset(): void {
    this._timer?.cancel();
    this._timer = undefined;
    this._queueIndex = -1;
    this._heldHead = -1;
  }

  /** Takes every chain on the queue and holds the last. */
  receive(queue: DeviceQueue, chain: DescriptorChain): void {
    while (queue.pop(chain) === 'chain') {
      if (this._heldHead >= 0) {
        this._port.violation('stats-second-buffer');
        queue.pushUsed(this._heldHead, 0);
      }
      this._heldHead = chain.head;
      this._counters.statsRequests++;
      this._read(chain);
    }
  }

  /** Returns the buffer, so that the driver fills it again. False when there is none. */
  poll(): boolean {
    if (this._heldHead < 0 || !this._port.isActive) return false;
    const queue = this._port.queue(this._queueIndex);
    if (queue === undefined) return false;
    const head = this._heldHead;
    this._heldHead = -1;
    queue.pushUsed(head, 0);
    this._port.interruptQueue(this._queueIndex);
    return true;
  }

  /** 0 stops the polling. */
  setInterval(intervalNs: number): 'ok' | 'state-change' {
    expectInterval(intervalNs);
    if (this._intervalNs === intervalNs) return 'ok';
    const switches = (this._intervalNs === 0) !== (intervalNs === 0);
    if (this._profile.fixedStatsSwitch && switches) return 'state-change';
    this._intervalNs = intervalNs;
    if (this._profile.fixedStatsSwitch || switches) this.poll();
    this._arm();
    return 'ok';
  }

  save(): { heldHead: number; latest: Partial<BalloonStats>; queueIndex: number } {
    return { heldHead: this._heldHead, latest: this._latest, queueIndex: this._queueIndex };
  }

  load(state: ReturnType<StatsWork['save']>): void {
    this._heldHead = state.heldHead;
    this._latest = { ...state.latest };
    this._queueIndex = state.queueIndex;
    this._arm();
  }

  private _arm(): void {
    this._timer?.cancel();
    this._timer = undefined;
    if (this._intervalNs === 0 || this._queueIndex < 0) return;
    this._timer = this._timers?.after(this._intervalNs, bound(this, this._pollAgain));
  }

  private _pollAgain(): void {
    this.poll();
    this._arm();
  }

  private _read(chain: DescriptorChain): void {
    if (this._profile.stats.clearsOnBuffer) this._latest = {};
    for (let i = 0; i < chain.readableCount; i++) {
      const lengthBytes = chain.lengthBytes(i);
      if (lengthBytes > this._profile.stats.maxBytes) {
        this._port.violation('stats-too-long');
        continue;
      }
      this._readBuffer(chain.addr(i), lengthBytes);
    }
  }

  private _readBuffer(addr: number, lengthBytes: number): void {
    const step = CHUNK_ENTRIES * STAT_BYTES;
    for (let done = 0; done < lengthBytes; done += step) {
      const bytes = this._port.memory.read(addr + done, Math.min(step, lengthBytes - done));
      if (bytes === undefined) return;
      const left = decodeStats(bytes, (tag, value) => this._set(tag, value));
      if (left !== 0) this._port.violation('stats-odd-length');
    }
  }

  private _set(tag: number, value: number): void {
    const name = STAT_NAMES[tag];
    if (name === undefined) this._port.violation('stats-unknown-tag');
    else this._latest[name] = value;
  }
}
