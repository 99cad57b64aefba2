// Maps of a placed guest at the samples of its replay: containers by their colour, what was there before by its kind.

import { KIND_MOVABLE, ZONE_NAMES } from '../../core/index.ts';
import {
  type MapInstant,
  type MapReel,
  type MapSource,
  Owners,
  USE_FILE,
  USE_KERNEL,
  USE_MOVABLE,
  mapOf,
} from '../../map/index.ts';
import { recordedSource } from '../source.ts';
import { type PlacedGuest, treeOf, useOf } from './placed-guest.ts';
import { PAGE_FILE } from './policies/index.ts';
import { NOBODY, type TreeInfo } from './tasks.ts';

export class MapWatch {
  readonly #guest: PlacedGuest;
  readonly #trees: readonly TreeInfo[];
  readonly #owners = new Owners();
  readonly #instants: MapInstant[] = [];

  constructor(guest: PlacedGuest, trees: readonly TreeInfo[]) {
    this.#guest = guest;
    this.#trees = trees;
  }

  look(atMs: number): void {
    const { core, czones } = this.#guest;
    const source = recordedSource(core, (kind, tag) => this.#useOf(kind, tag));
    const { frames, blockFrames } = czones.region;
    const pool = { starts: frames === 0 ? [] : core.czones.pooled(), frames: blockFrames };
    this.#instants.push({ atMs, map: mapOf({ ...source, pool } satisfies MapSource) });
  }

  #useOf(kind: number, tag: number): number {
    if (kind !== KIND_MOVABLE) return USE_KERNEL;
    if (useOf(tag) === PAGE_FILE) return USE_FILE;
    const tree = treeOf(tag);
    if (tree === NOBODY) return USE_MOVABLE;
    const info = this.#trees[tree];
    return this.#owners.code(tree, info === undefined ? `${tree}` : `${info.name}-${info.pid}`);
  }

  reel(name: string): MapReel {
    const { czones } = this.#guest;
    const own = Array.from({ length: czones.count }, (_, at) => `CZone ${at}`);
    return {
      name,
      zones: [...ZONE_NAMES, ...own],
      owners: this.#owners.names,
      ...(czones.region.frames > 0 && { region: czones.region }),
      instants: this.#instants,
    };
  }
}
