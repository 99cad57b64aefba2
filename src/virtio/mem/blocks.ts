/** Which blocks of a virtio-mem region are plugged: one byte a block. */

import { expectInteger, expectMade } from '../../check/index.ts';

import { STATE_MIXED, STATE_PLUGGED, STATE_UNPLUGGED } from './request.ts';

export class BlockMap {
  private readonly _plugged: Uint8Array;

  constructor(blocks: number) {
    this._plugged = new Uint8Array(blocks);
  }

  /** The state of a range that lies in the map. */
  state(first: number, count: number): number {
    const wanted = this._plugged[first];
    for (let i = first + 1; i < first + count; i++) {
      if (this._plugged[i] !== wanted) return STATE_MIXED;
    }
    return wanted === 1 ? STATE_PLUGGED : STATE_UNPLUGGED;
  }

  set(first: number, count: number, plugged: boolean): void {
    this._plugged.fill(plugged ? 1 : 0, first, first + count);
  }

  /** Calls `run` for each run of plugged blocks, ascending, until one call is refused. */
  eachPluggedRun(run: (first: number, count: number) => boolean): boolean {
    const { length } = this._plugged;
    for (let first = 0; first < length; first++) {
      if (this._plugged[first] === 0) continue;
      let end = first;
      while (end < length && this._plugged[end] === 1) end++;
      if (!run(first, end - first)) return false;
      first = end;
    }
    return true;
  }

  save(): Uint8Array {
    return this._plugged.slice();
  }

  load(plugged: Uint8Array): void {
    const { length } = this._plugged;
    expectInteger('plugged', expectMade('plugged', plugged, Uint8Array).length, 0, length);
    this._plugged.set(plugged);
  }
}
