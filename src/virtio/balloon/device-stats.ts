/**
 * The statistics queue of a balloon device: holds the driver's one buffer and returns it to ask for
 * fresh numbers (spec 5.5.6.3).
 */

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
  readonly #profile: BalloonProfile;
  readonly #port: DevicePort;
  readonly #counters: BalloonCounters;
  readonly #timers: Timers | undefined;
  #intervalNs: number;
  #timer: TimerHandle | undefined;
  #queueIndex = -1;
  #heldHead = -1;
  #latest: Partial<Record<keyof BalloonStats, number>> = {};

  constructor(
    profile: BalloonProfile,
    port: DevicePort,
    counters: BalloonCounters,
    timers: Timers | undefined,
    intervalNs: number,
  ) {
    this.#profile = profile;
    this.#port = port;
    this.#counters = counters;
    this.#timers = timers;
    this.#intervalNs = expectInterval(intervalNs);
  }

  /** What the guest said last; a tag it did not send is missing. */
  get latest(): Partial<BalloonStats> {
    return this.#latest;
  }

  activate(queueIndex: number): void {
    this.#queueIndex = queueIndex;
    this.#arm();
  }

  reset(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#queueIndex = -1;
    this.#heldHead = -1;
  }

  /** Takes every chain on the queue and holds the last. */
  receive(queue: DeviceQueue, chain: DescriptorChain): void {
    while (queue.pop(chain) === 'chain') {
      if (this.#heldHead >= 0) {
        this.#port.violation('stats-second-buffer');
        queue.pushUsed(this.#heldHead, 0);
      }
      this.#heldHead = chain.head;
      this.#counters.statsRequests++;
      this.#read(chain);
    }
  }

  /** Returns the buffer, so that the driver fills it again. False when there is none. */
  poll(): boolean {
    const queue = this.#port.queue(this.#queueIndex);
    if (queue === undefined || this.#heldHead < 0 || !this.#port.isActive) return false;
    const head = this.#heldHead;
    this.#heldHead = -1;
    queue.pushUsed(head, 0);
    this.#port.interruptQueue(this.#queueIndex);
    return true;
  }

  /** 0 stops the polling. */
  setInterval(intervalNs: number): 'ok' | 'state-change' {
    expectInterval(intervalNs);
    if (this.#intervalNs === intervalNs) return 'ok';
    const switches = (this.#intervalNs === 0) !== (intervalNs === 0);
    if (this.#profile.fixedStatsSwitch && switches) return 'state-change';
    this.#intervalNs = intervalNs;
    if (this.#profile.fixedStatsSwitch || switches) this.poll();
    this.#arm();
    return 'ok';
  }

  save(): { heldHead: number; latest: Partial<BalloonStats>; queueIndex: number } {
    return { heldHead: this.#heldHead, latest: this.#latest, queueIndex: this.#queueIndex };
  }

  load(state: ReturnType<StatsWork['save']>): void {
    this.#heldHead = state.heldHead;
    this.#latest = { ...state.latest };
    this.#queueIndex = state.queueIndex;
    this.#arm();
  }

  #arm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#intervalNs === 0 || this.#queueIndex < 0) return;
    this.#timer = this.#timers?.after(this.#intervalNs, () => {
      this.poll();
      this.#arm();
    });
  }

  #read(chain: DescriptorChain): void {
    if (this.#profile.stats.clearsOnBuffer) this.#latest = {};
    for (let i = 0; i < chain.readableCount; i++) {
      const lengthBytes = chain.lengthBytes(i);
      if (lengthBytes > this.#profile.stats.maxBytes) {
        this.#port.violation('stats-too-long');
        continue;
      }
      this.#readBuffer(chain.addr(i), lengthBytes);
    }
  }

  #readBuffer(addr: number, lengthBytes: number): void {
    const step = CHUNK_ENTRIES * STAT_BYTES;
    for (let done = 0; done < lengthBytes; done += step) {
      const bytes = this.#port.memory.read(addr + done, Math.min(step, lengthBytes - done));
      if (bytes === undefined) return;
      const left = decodeStats(bytes, (tag, value) => this.#set(tag, value));
      if (left !== 0) this.#port.violation('stats-odd-length');
    }
  }

  #set(tag: number, value: number): void {
    const name = STAT_NAMES[tag];
    if (name === undefined) this.#port.violation('stats-unknown-tag');
    else this.#latest[name] = value;
  }
}
