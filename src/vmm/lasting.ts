// An amount of frames times how long it lasted.

import type { Timers } from '../time/index.ts';
import type { HostMemory } from './host.ts';

export class Lasting {
  readonly #timers: Pick<Timers, 'nowNs'>;
  readonly #host: Pick<HostMemory, 'measuredFromNs'>;
  #frames = 0;
  #sinceNs: number;
  #frameNs = 0;

  /** Nothing until it is set. Time counts from when the host is measured. */
  constructor(timers: Pick<Timers, 'nowNs'>, host: Pick<HostMemory, 'measuredFromNs'>) {
    this.#timers = timers;
    this.#host = host;
    this.#sinceNs = timers.nowNs;
  }

  set(frames: number): void {
    this.#frameNs = this.frameNs;
    this.#sinceNs = this.#timers.nowNs;
    this.#frames = frames;
  }

  /** Until now. */
  get frameNs(): number {
    const fromNs = Math.max(this.#sinceNs, this.#host.measuredFromNs);
    return this.#frameNs + this.#frames * Math.max(0, this.#timers.nowNs - fromNs);
  }
}
