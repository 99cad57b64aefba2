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
  private readonly _profile: BalloonProfile;
  private readonly _port: DevicePort;
  private readonly _host: BalloonHost;
  private readonly _counters: BalloonCounters;
  /** The config space's command id was changed. */
  private readonly _changed: () => void;
  private _hostCmdId = HINT_STOP;
  private _guestCmdId = HINT_STOP;
  private _lastCmdId = 0;
  private _acknowledgeOnStop = true;

  constructor(
    profile: BalloonProfile,
    port: DevicePort,
    host: BalloonHost,
    counters: BalloonCounters,
    changed: () => void,
  ) {
    this._profile = profile;
    this._port = port;
    this._host = host;
    this._counters = counters;
    this._changed = changed;
  }

  get hostCmdId(): number {
    return this._hostCmdId;
  }

  get guestCmdId(): number {
    return this._guestCmdId;
  }

  reset(): void {
    this._hostCmdId = HINT_STOP;
    this._guestCmdId = HINT_STOP;
  }

  /** Begins a run and returns its id. */
  start(acknowledgeOnStop: boolean): number {
    const { firstCmdId, wrapsTo } = this._profile.hinting;
    if (this._lastCmdId === 0) this._lastCmdId = firstCmdId;
    else this._lastCmdId = this._lastCmdId === 0xffff_ffff ? wrapsTo : this._lastCmdId + 1;
    this._acknowledgeOnStop = acknowledgeOnStop;
    this._setHostCmdId(this._lastCmdId);
    return this._lastCmdId;
  }

  stop(): void {
    this._setHostCmdId(this._profile.hinting.stopWith);
  }

  /** The host has no more use for the hints; the driver may have its pages back. */
  done(): void {
    this._setHostCmdId(HINT_DONE);
  }

  receive(queue: DeviceQueue, chain: DescriptorChain): void {
    while (queue.pop(chain) === 'chain') {
      for (let i = 0; i < chain.count; i++) {
        if (!this._buffer(chain, i)) return;
      }
      queue.pushUsed(chain.head, 0);
    }
  }

  save(): HintState {
    return {
      hostCmdId: this._hostCmdId,
      guestCmdId: this._guestCmdId,
      lastCmdId: this._lastCmdId,
      acknowledgeOnStop: this._acknowledgeOnStop,
    };
  }

  load(state: HintState): void {
    this._hostCmdId = state.hostCmdId;
    this._guestCmdId = state.guestCmdId;
    this._lastCmdId = state.lastCmdId;
    this._acknowledgeOnStop = state.acknowledgeOnStop;
  }

  /** False when the device stopped. */
  private _buffer(chain: DescriptorChain, i: number): boolean {
    const lengthBytes = chain.lengthBytes(i);
    if (this._profile.hinting.commands === 'any') {
      if (lengthBytes === 4) this._command(chain.addr(i));
      else this._range(chain.addr(i), lengthBytes);
      return true;
    }
    if (chain.isWritable(i)) {
      this._range(chain.addr(i), lengthBytes);
    } else if (lengthBytes === 4) {
      this._command(chain.addr(i));
    } else {
      this._port.needsReset('hint-command-length');
      return false;
    }
    return true;
  }

  private _command(addr: number): void {
    this._guestCmdId = this._port.memory.readU32(addr) ?? HINT_STOP;
    if (
      this._guestCmdId === HINT_STOP &&
      this._profile.hinting.action === 'discard' &&
      this._acknowledgeOnStop &&
      this._hostCmdId > HINT_DONE
    ) {
      this._setHostCmdId(HINT_DONE);
    }
  }

  private _range(addr: number, lengthBytes: number): void {
    if (this._hostCmdId <= HINT_DONE || this._guestCmdId !== this._hostCmdId) return;
    if (addr % BALLOON_PAGE_BYTES !== 0 || lengthBytes % BALLOON_PAGE_BYTES !== 0) {
      this._port.violation('hint-unaligned');
      return;
    }
    const pages = lengthBytes / BALLOON_PAGE_BYTES;
    if (pages === 0) return;
    this._counters.hintedPages += pages;
    if (this._profile.hinting.action === 'note') {
      this._host.noteFree(addr / BALLOON_PAGE_BYTES, pages);
    } else {
      discardRange(this._host, this._counters, addr, pages);
    }
  }

  private _setHostCmdId(cmdId: number): void {
    this._hostCmdId = cmdId;
    this._changed();
  }
}

export class ReportWork {
  inhibited = false;
  private readonly _profile: BalloonProfile;
  private readonly _port: DevicePort;
  private readonly _host: BalloonHost;
  private readonly _counters: BalloonCounters;
  private readonly _alignBytes: number;

  constructor(
    profile: BalloonProfile,
    port: DevicePort,
    host: BalloonHost,
    counters: BalloonCounters,
    hostPageBytes: number,
  ) {
    this._profile = profile;
    this._port = port;
    this._host = host;
    this._counters = counters;
    this._alignBytes = profile.reporting.alignedOnly ? hostPageBytes : BALLOON_PAGE_BYTES;
  }

  receive(queue: DeviceQueue, chain: DescriptorChain, poisonVal: number): void {
    const skips = this.inhibited || (this._profile.reporting.skipsWhenPoisoned && poisonVal !== 0);
    while (queue.pop(chain) === 'chain') {
      this._counters.reportRequests++;
      let total = 0;
      for (let i = 0; i < chain.count; i++) {
        total += chain.lengthBytes(i);
        if (!chain.isWritable(i)) this._port.violation('report-not-writable');
        else if (!skips) this._range(chain.addr(i), chain.lengthBytes(i));
      }
      queue.pushUsed(chain.head, this._profile.reporting.usedLength === 'total' ? total : 0);
    }
  }

  private _range(addr: number, lengthBytes: number): void {
    if (addr % this._alignBytes !== 0 || lengthBytes % this._alignBytes !== 0) {
      this._port.violation('report-unaligned');
      return;
    }
    const pages = lengthBytes / BALLOON_PAGE_BYTES;
    if (pages === 0) return;
    this._counters.reportedPages += pages;
    discardRange(this._host, this._counters, addr, pages);
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
