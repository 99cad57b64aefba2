// A guest's memory as a map: whose each frame is, from the core's bytes alone.

import { FUNCTION, NUMBER, OBJECT, expectMade, expectShape } from '../check/index.ts';
import {
  Core,
  KERNEL_ZONES,
  KIND_KERNEL,
  KIND_MOVABLE,
  KIND_OBJECT,
  OBJECT_FILE,
  ZONE_NAMES,
} from '../core/index.ts';
import {
  type MapReel,
  type MapSource,
  type MemoryMap,
  Owners,
  USE_FILE,
  USE_KERNEL,
  USE_MOVABLE,
  USE_SYSTEM,
  USE_TABLES,
  mapOf,
} from '../map/index.ts';
import type { GuestKernel } from './kernel.ts';
import { TAG_TABLES, containerOf } from './tag.ts';
import type { CZoneRegion } from './zones.ts';

/** What containers are called by their number (Process.number). */
export type ContainerNames = Pick<ReadonlyMap<number, string>, 'get'>;

/** What a map draws of a region: whether it booted with the guest is not seen. */
function placeOf({ start, frames, blockFrames }: CZoneRegion): MapReel['region'] {
  return { start, frames, blockFrames };
}

/** What is kept from one map of a guest to the next: the same container has the same colour. */
export class GuestMapper {
  private readonly _owners: Owners;
  private readonly _region: MapReel['region'];
  private readonly _czones: number;

  /** With `owners` of its own, or those that several guests share. */
  constructor(guest: Pick<GuestKernel, 'core' | 'config'>, owners: Owners = new Owners()) {
    const { core, config } = expectShape('guest', guest, {
      config: OBJECT,
      core: { config: { czones: NUMBER } },
    });
    this._owners = expectShape('owners', owners, { code: FUNCTION });
    this._czones = core.config.czones;
    this._region = config.region && placeOf(config.region);
  }

  /** All of the guest's memory, a cell a pageblock. */
  map(core: Core, names?: ContainerNames): MemoryMap {
    return mapOf(this.source(core, names));
  }

  /** The guest of a core as it is now; valid until it changes. */
  source(core: Core, names: ContainerNames = new Map()): MapSource {
    expectMade('core', core, Core, 'a Core');
    expectShape('names', names, { get: FUNCTION });
    const known = new Map<number, number>();
    const useOf = (kind: number, owner: number): number => {
      if (kind === KIND_MOVABLE) return USE_MOVABLE;
      if (kind !== KIND_OBJECT && kind !== KIND_KERNEL) return USE_KERNEL;
      const seen = known.get(owner);
      if (seen !== undefined) return seen;
      const use = this._useOfObject(core, kind, owner, names);
      known.set(owner, use);
      return use;
    };
    const region = this._region;
    return {
      spanFrames: core.spanFrames,
      slice: (start, count) => core.frames.slice(start, count),
      zone: (pfn) => core.frames.zone(pfn),
      useOf,
      ...(region !== undefined && {
        pool: { starts: core.czones.pooled(), frames: region.blockFrames },
      }),
    };
  }

  private _useOfObject(core: Core, kind: number, object: number, names: ContainerNames): number {
    const { kind: objectKind, tag } = core.objects.about(object);
    if (kind === KIND_KERNEL) return tag === TAG_TABLES ? USE_TABLES : USE_KERNEL;
    if (objectKind === OBJECT_FILE) return USE_FILE;
    const container = containerOf(tag);
    if (container === undefined) return USE_SYSTEM;
    const name = names.get(container) ?? `container ${container}`;
    return this._owners.code(`${container} ${name}`, name);
  }

  /** What a reel of this guest's maps says besides them. */
  get about(): Pick<MapReel, 'zones' | 'owners' | 'region'> {
    const czones = Array.from({ length: this._czones }, (_, at) => `CZone ${at}`);
    const zones = [...ZONE_NAMES.slice(0, KERNEL_ZONES), ...czones];
    return { zones, owners: this._owners.names, region: this._region };
  }
}
