// Instances are expensive to make and cheap to overwrite: a pool by table sizes keeps those that
// guests have left. Where the memory of guests is limited (`limitGuests`), resident.ts has them instead.

import { OBJECT, expectShape, expectText } from '../check/index.ts';
import { Core, type LeftInstance, copyOnto, endCore, instanceOf } from './core.ts';
import { keyOf, resident } from './resident.ts';
import { type CoreSnapshot, checkSnapshot } from './snapshot.ts';

/** Instances kept per size: enough for a burst, few enough that a process stays small. */
const KEEP_PER_SIZE = 256;

/** Hands out cores as copies of snapshots and takes them back. */
export class CorePool {
  private readonly _idle = new Map<string, LeftInstance[]>();

  /** A core that holds a copy of the snapshot. */
  clone(snapshot: CoreSnapshot): Core {
    expectShape('snapshot', snapshot, { config: OBJECT });
    if (resident().isLimited) return this._resident(snapshot);
    const idle = this._idle.get(keyOf(snapshot.config))?.pop();
    if (idle === undefined) return Core.fromSnapshot(snapshot);
    return copyOnto(idle, snapshot);
  }

  private _resident(snapshot: CoreSnapshot): Core {
    checkSnapshot(snapshot);
    const left = resident().leftOf(snapshot.config);
    const core =
      left === undefined
        ? Core.fromSnapshot(snapshot, resident().blank(snapshot))
        : copyOnto(left, snapshot);
    resident().enter(instanceOf(core));
    return core;
  }

  /**
   * Gives a core back. Whoever still holds it gets HandleEnded with these words from every call: the
   * memory is the next guest's.
   */
  give(core: Core, what = 'a core', why = 'it was given back to its pool'): void {
    const left = endCore(core, expectText('what', what), expectText('why', why));
    if (left === undefined) return;
    if (resident().isLimited) {
      resident().leave(instanceOf(core), left);
      return;
    }
    if (resident().forget(instanceOf(core), left.raw)) return;
    const key = keyOf(core.config);
    const idle = this._idle.get(key);
    if (idle === undefined) this._idle.set(key, [left]);
    else if (idle.length < KEEP_PER_SIZE) idle.push(left);
  }
}
