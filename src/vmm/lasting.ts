// An amount of frames times how long it lasted.

import type { Timers } from '../time/index.ts';
import type { HostMemory } from './host.ts';

export class Lasting {
  private readonly _timers: Pick<Timers, 'nowNs'>;
  private readonly _host: Pick<HostMemory, 'measuredFromNs'>;
  private _frames = 0;
  private _sinceNs: number;
  private _frameNs = 0;

  /** Nothing until it is set. Time counts from when the host is measured. */
  constructor(timers: Pick<Timers, 'nowNs'>, host: Pick<HostMemory, 'measuredFromNs'>) {
    this._timers = timers;
    this._host = host;
    this._sinceNs = timers.nowNs;
  }

  set(frames: number): void {
    this._frameNs = this.frameNs;
    this._sinceNs = this._timers.nowNs;
    this._frames = frames;
  }

  /** Until now. */
  get frameNs(): number {
    const fromNs = Math.max(this._sinceNs, this._host.measuredFromNs);
    return this._frameNs + this._frames * Math.max(0, this._timers.nowNs - fromNs);
  }
}
