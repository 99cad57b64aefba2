// Instances are expensive to make and cheap to overwrite: a pool by table sizes keeps those that
// guests have left.

import type { CoreConfig } from './config.ts';
import { Core, type LeftInstance, copyOnto, endCore } from './core.ts';
import type { CoreSnapshot } from './snapshot.ts';

/** Instances kept per size: enough for a burst, few enough that a process stays small. */
const KEEP_PER_SIZE = 256;

function keyOf(config: CoreConfig): string {
  const { frames, cpus, czones, objects, nodes, bufferSlots, build } = config;
  return [frames, cpus, czones, objects, nodes, bufferSlots, build].join('/');
}

/** Hands out cores as copies of snapshots and takes them back. */
export class CorePool {
  private readonly _idle = new Map<string, LeftInstance[]>();

  /** A core that holds a copy of the snapshot. */
  clone(snapshot: CoreSnapshot): Core {
    const idle = this._idle.get(keyOf(snapshot.config))?.pop();
    if (idle === undefined) return Core.fromSnapshot(snapshot);
    return copyOnto(idle, snapshot);
  }

  /**
   * Gives a core back. Whoever still holds it gets HandleEnded with these words from every call: the
   * memory is the next guest's.
   */
  give(core: Core, what = 'a core', why = 'it was given back to its pool'): void {
    const key = keyOf(core.config);
    const left = endCore(core, what, why);
    const idle = this._idle.get(key);
    if (idle === undefined) this._idle.set(key, [left]);
    else if (idle.length < KEEP_PER_SIZE) idle.push(left);
  }
}
