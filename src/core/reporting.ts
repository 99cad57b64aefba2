// Free page reporting: large free blocks, off the lists while the device looks at them.

import { GUEST_REPORT_WANTED_OFFSET } from '../abi/layout.ts';
import { expectWords } from '../check/index.ts';
import type { Instance } from './instance.ts';
import type { Scratch } from './scratch.ts';

const LISTEN = 'reporting.listen order capacity';
const TAKE = 'reporting.take zone';

export class ReportingCalls {
  private readonly _instance: Instance;
  private readonly _scratch: Scratch;

  constructor(instance: Instance, scratch: Scratch) {
    this._instance = instance;
    this._scratch = scratch;
  }

  /** From now on free blocks of this order or more are reported, up to `capacity` at a time. */
  listen(order: number, capacity: number): number {
    expectWords(LISTEN, order, capacity);
    return this._instance.raw.reportListen(order, capacity);
  }

  /** Whether a block became free that nobody has been told of. */
  get isWanted(): boolean {
    return this._instance.headerWord(GUEST_REPORT_WANTED_OFFSET) !== 0;
  }

  /** A pass begins: what becomes free from now on is for the next one. */
  clearWanted(): void {
    this._instance.setHeaderWord(GUEST_REPORT_WANTED_OFFSET, 0);
  }

  /**
   * Takes the next blocks of a zone off its lists, the capacity at most. How many; 0: it is
   * through.
   */
  take(zone: number, pfns: Uint32Array, orders: Uint32Array): number {
    expectWords(TAKE, zone);
    const held = this._instance.raw.reportTake(zone);
    if (held > 0) this._scratch.reported(held, pfns, orders);
    return held;
  }

  /** They are free again; `reported`: the device has seen them. */
  putBack(reported: boolean): number {
    return this._instance.raw.reportPutBack(reported ? 1 : 0);
  }
}
