/** Free page hinting and free page reporting on the device side (spec 5.5.6.5 and 5.5.6.7). */

import type { DevicePort } from '../device.ts';
import type { DescriptorChain } from '../queue/chain.ts';
import type { DeviceQueue } from '../queue/device-queue.ts';
import { BALLOON_PAGE_BYTES, HINT_DONE, HINT_STOP } from './config.ts';
import type { BalloonCounters, BalloonHost } from './host.ts';
import type { BalloonProfile } from './profiles.ts';

export interface HintState {
  /** What the config space says: 0 STOP, 1 DONE, else a run. */
  readonly hostCmdId: number;
  /** What the driver said last. */
  readonly guestCmdId: number;
  readonly lastCmdId: number;
  readonly acknowledgeOnStop: boolean;
}

export class HintWork {
  readonly #profile: BalloonProfile;
  readonly #port: DevicePort;
  readonly #host: BalloonHost;
  readonly #counters: BalloonCounters;
  /** The config space's command id was changed. */
  readonly #changed: () => void;
  #hostCmdId = HINT_STOP;
  #guestCmdId = HINT_STOP;
  #lastCmdId = 0;
  #acknowledgeOnStop = true;

  constructor(
    profile: BalloonProfile,
    port: DevicePort,
    host: BalloonHost,
    counters: BalloonCounters,
    changed: () => void,
  ) {
    this.#profile = profile;
    this.#port = port;
    this.#host = host;
    this.#counters = counters;
    this.#changed = changed;
  }

  get hostCmdId(): number {
    return this.#hostCmdId;
  }

  get guestCmdId(): number {
    return this.#guestCmdId;
  }

  reset(): void {
    this.#hostCmdId = HINT_STOP;
    this.#guestCmdId = HINT_STOP;
  }

  /** Begins a run and returns its id. */
  start(acknowledgeOnStop: boolean): number {
    const { firstCmdId, wrapsTo } = this.#profile.hinting;
    if (this.#lastCmdId === 0) this.#lastCmdId = firstCmdId;
    else this.#lastCmdId = this.#lastCmdId === 0xffff_ffff ? wrapsTo : this.#lastCmdId + 1;
    this.#acknowledgeOnStop = acknowledgeOnStop;
    this.#setHostCmdId(this.#lastCmdId);
    return this.#lastCmdId;
  }

  stop(): void {
    this.#setHostCmdId(this.#profile.hinting.stopWith);
  }

  /** The host has no more use for the hints; the driver may have its pages back. */
  done(): void {
    this.#setHostCmdId(HINT_DONE);
  }

  receive(queue: DeviceQueue, chain: DescriptorChain): void {
    while (queue.pop(chain) === 'chain') {
      for (let i = 0; i < chain.count; i++) {
        if (!this.#buffer(chain, i)) return;
      }
      queue.pushUsed(chain.head, 0);
    }
  }

  save(): HintState {
    return {
      hostCmdId: this.#hostCmdId,
      guestCmdId: this.#guestCmdId,
      lastCmdId: this.#lastCmdId,
      acknowledgeOnStop: this.#acknowledgeOnStop,
    };
  }

  load(state: HintState): void {
    this.#hostCmdId = state.hostCmdId;
    this.#guestCmdId = state.guestCmdId;
    this.#lastCmdId = state.lastCmdId;
    this.#acknowledgeOnStop = state.acknowledgeOnStop;
  }

  /** False when the device stopped. */
  #buffer(chain: DescriptorChain, i: number): boolean {
    const lengthBytes = chain.lengthBytes(i);
    if (this.#profile.hinting.commands === 'any') {
      if (lengthBytes === 4) this.#command(chain.addr(i));
      else this.#range(chain.addr(i), lengthBytes);
      return true;
    }
    if (chain.isWritable(i)) {
      this.#range(chain.addr(i), lengthBytes);
    } else if (lengthBytes === 4) {
      this.#command(chain.addr(i));
    } else {
      this.#port.needsReset('hint-command-length');
      return false;
    }
    return true;
  }

  #command(addr: number): void {
    this.#guestCmdId = this.#port.memory.readU32(addr) ?? HINT_STOP;
    if (
      this.#guestCmdId === HINT_STOP &&
      this.#profile.hinting.action === 'discard' &&
      this.#acknowledgeOnStop &&
      this.#hostCmdId > HINT_DONE
    ) {
      this.#setHostCmdId(HINT_DONE);
    }
  }

  #range(addr: number, lengthBytes: number): void {
    if (this.#hostCmdId <= HINT_DONE || this.#guestCmdId !== this.#hostCmdId) return;
    if (addr % BALLOON_PAGE_BYTES !== 0 || lengthBytes % BALLOON_PAGE_BYTES !== 0) {
      this.#port.violation('hint-unaligned');
      return;
    }
    const pages = lengthBytes / BALLOON_PAGE_BYTES;
    if (pages === 0) return;
    this.#counters.hintedPages += pages;
    if (this.#profile.hinting.action === 'note') {
      this.#host.noteFree(addr / BALLOON_PAGE_BYTES, pages);
    } else {
      discardRange(this.#host, this.#counters, addr, pages);
    }
  }

  #setHostCmdId(cmdId: number): void {
    this.#hostCmdId = cmdId;
    this.#changed();
  }
}

export class ReportWork {
  inhibited = false;
  readonly #profile: BalloonProfile;
  readonly #port: DevicePort;
  readonly #host: BalloonHost;
  readonly #counters: BalloonCounters;
  readonly #alignBytes: number;

  constructor(
    profile: BalloonProfile,
    port: DevicePort,
    host: BalloonHost,
    counters: BalloonCounters,
    hostPageBytes: number,
  ) {
    this.#profile = profile;
    this.#port = port;
    this.#host = host;
    this.#counters = counters;
    this.#alignBytes = profile.reporting.alignedOnly ? hostPageBytes : BALLOON_PAGE_BYTES;
  }

  receive(queue: DeviceQueue, chain: DescriptorChain, poisonVal: number): void {
    const skips = this.inhibited || (this.#profile.reporting.skipsWhenPoisoned && poisonVal !== 0);
    while (queue.pop(chain) === 'chain') {
      this.#counters.reportRequests++;
      let total = 0;
      for (let i = 0; i < chain.count; i++) {
        total += chain.lengthBytes(i);
        if (!chain.isWritable(i)) this.#port.violation('report-not-writable');
        else if (!skips) this.#range(chain.addr(i), chain.lengthBytes(i));
      }
      queue.pushUsed(chain.head, this.#profile.reporting.usedLength === 'total' ? total : 0);
    }
  }

  #range(addr: number, lengthBytes: number): void {
    if (addr % this.#alignBytes !== 0 || lengthBytes % this.#alignBytes !== 0) {
      this.#port.violation('report-unaligned');
      return;
    }
    const pages = lengthBytes / BALLOON_PAGE_BYTES;
    if (pages === 0) return;
    this.#counters.reportedPages += pages;
    discardRange(this.#host, this.#counters, addr, pages);
  }
}

function discardRange(
  host: BalloonHost,
  counters: BalloonCounters,
  addr: number,
  pages: number,
): void {
  counters.discardCalls++;
  const released = host.discard(addr / BALLOON_PAGE_BYTES, pages);
  if (released < 0) counters.outsideMemory++;
  else counters.releasedPages += released;
}
