// Instances are expensive to make and cheap to overwrite: a pool by table sizes keeps those that
// guests have left.

import type { CoreConfig } from './config.ts';
import { Core } from './core.ts';
import type { CoreSnapshot } from './snapshot.ts';

/** Instances kept per size: enough for a burst, few enough that a process stays small. */
const KEEP_PER_SIZE = 256;

function keyOf(config: CoreConfig): string {
  const { frames, cpus, czones, objects, nodes, bufferSlots, build } = config;
  return [frames, cpus, czones, objects, nodes, bufferSlots, build].join('/');
}

/** Hands out cores as copies of snapshots and takes them back. */
export class CorePool {
  readonly #idle = new Map<string, Core[]>();

  /** A core that holds a copy of the snapshot. */
  clone(snapshot: CoreSnapshot): Core {
    const idle = this.#idle.get(keyOf(snapshot.config))?.pop();
    if (idle === undefined) return Core.fromSnapshot(snapshot);
    idle.restore(snapshot);
    return idle;
  }

  /** Gives a core back; whoever held it must not use it any more. */
  give(core: Core): void {
    const key = keyOf(core.config);
    const idle = this.#idle.get(key);
    if (idle === undefined) this.#idle.set(key, [core]);
    else if (idle.length < KEEP_PER_SIZE) idle.push(core);
  }
}
