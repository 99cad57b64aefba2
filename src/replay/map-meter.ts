// Memory of one function's VMs at chosen moments, as maps. Looks, and changes nothing: a run with maps is the run without.

import { FRAMES_PER_GIB } from '../abi/unit.ts';
import { RefusedArgument, expectList, expectNumber } from '../check/index.ts';
import { type MapReel, Owners, type PlacedMap, joinMaps, placeFrames } from '../map/index.ts';
import { GuestMapper, type MicroVm } from '../serverless/index.ts';
import type { Trace } from '../trace/index.ts';

/** What is drawn of a replay. */
export interface MapsChoice {
  /** So many moments evenly over the measured time, or each in milliseconds of the trace. */
  readonly moments: number | readonly number[];
  /** The function whose VMs are drawn, by its name in the trace; if not said, the one with the most work. */
  readonly function?: string | undefined;
}

/** The same, looked up in a trace. */
export interface MapsConfig {
  /** Ascending. */
  readonly atMs: readonly number[];
  readonly functionId: number;
  readonly functionName: string;
}

/** Most VMs of a system, and most memory of them, that are drawn. */
const VMS_MOST = 16;
const FRAMES_MOST = 4 * FRAMES_PER_GIB;

/** Moments that a run can be drawn at. */
export const MAP_MOMENTS_MOST = 1000;

/** By Little's law most calls are at work at the same time where calls times their duration are most. */
function busiest({ functions, calls }: Trace): number {
  const work = new Float64Array(functions.length);
  const meanMs = functions.map(({ durations }) => durations.averageMs);
  calls.functionIds.forEach((id, at) => {
    const ms =
      calls.kind === 'counted'
        ? (calls.counts[at] as number) * (meanMs[id] as number)
        : (calls.durationMs[at] as number);
    work[id] = (work[id] as number) + ms;
  });
  return work.indexOf(Math.max(...work));
}

function momentsOf(moments: MapsChoice['moments'], fromMs: number, untilMs: number): number[] {
  if (typeof moments !== 'number') {
    const all = expectList('maps: moments', moments).map((ms) => {
      return expectNumber('maps: moments', ms, 0, untilMs);
    });
    return [...new Set(all)].toSorted((a, b) => a - b);
  }
  const step = (untilMs - fromMs) / expectNumber('maps: moments', moments, 1, MAP_MOMENTS_MOST);
  return Array.from({ length: moments }, (_, at) => fromMs + (at + 1) * step);
}

/** Throws RefusedArgument for a function that the trace does not have, and moments outside of it. */
export function mapsOf(
  { moments, function: name }: MapsChoice,
  trace: Trace,
  warmupMs: number,
): MapsConfig | undefined {
  const { functions, spanMs } = trace;
  if (functions.length === 0) return undefined;
  const found =
    name === undefined ? busiest(trace) : functions.findIndex((one) => one.name === name);
  const one = functions[found];
  if (one === undefined) throw new RefusedArgument('maps: function', 'one of the trace', name);
  const atMs = momentsOf(moments, warmupMs, spanMs);
  return { atMs, functionId: found, functionName: one.name };
}

interface Look {
  readonly atMs: number;
  readonly note: string;
  readonly maps: readonly PlacedMap[];
}

function noteOf(vms: number, drawn: number): string {
  const rest = drawn < vms ? `, ${drawn} of them drawn` : '';
  return `${vms} ${vms === 1 ? 'VM' : 'VMs'}${rest}`;
}

export class MapMeter {
  private readonly _config: MapsConfig;
  /** VMs that run containers of a function. */
  private readonly _vmsOf: (functionId: number) => Iterable<MicroVm>;
  /** A VM keeps its place while it runs. */
  private readonly _places: (MicroVm | undefined)[] = [];
  private readonly _owners: Owners = new Owners();
  private readonly _looks: Look[] = [];
  private _about: Pick<MapReel, 'zones' | 'region'> = { zones: [] };

  constructor(config: MapsConfig, vmsOf: (functionId: number) => Iterable<MicroVm>) {
    this._config = config;
    this._vmsOf = vmsOf;
  }

  /** What has been since the last time holds until then. */
  advance(toMs: number): void {
    const { atMs } = this._config;
    while ((atMs[this._looks.length] ?? Infinity) < toMs) this._look();
  }

  private _look(): void {
    const atMs = this._config.atMs[this._looks.length] as number;
    const running = this._running();
    const maps = running.flatMap((vm): PlacedMap[] => {
      const place = this._placeOf(vm);
      return place === undefined ? [] : [{ place, map: this._mapOf(vm, place) }];
    });
    this._looks.push({ atMs, note: noteOf(running.length, maps.length), maps });
  }

  /** Of the function: those that have containers of it, and those that had when they were last seen and run still. */
  private _running(): MicroVm[] {
    const places = this._places;
    places.forEach((vm, at) => {
      if (vm?.stopReason !== undefined) places[at] = undefined;
    });
    const known = places.filter((vm) => vm !== undefined);
    return [...new Set([...known, ...this._vmsOf(this._config.functionId)])];
  }

  private _placeOf(vm: MicroVm): number | undefined {
    const places = this._places;
    const own = places.indexOf(vm);
    if (own >= 0) return own;
    const free = places.indexOf(undefined);
    const place = free < 0 ? places.length : free;
    const most = Math.min(
      VMS_MOST,
      Math.max(1, Math.floor(FRAMES_MOST / vm.unstirred.core.spanFrames)),
    );
    if (place >= most) return undefined;
    places[place] = vm;
    return place;
  }

  private _mapOf(vm: MicroVm, place: number): PlacedMap['map'] {
    const mapper = new GuestMapper(vm.unstirred, this._owners);
    const { zones, region } = mapper.about;
    this._about = { zones, region };
    // numbers of containers are each guest's own
    const names = {
      get: (container: number): string => `container ${container} of VM ${place + 1}`,
    };
    return mapper.map(vm.unstirred.core, names);
  }

  /** All moments: those that have not come yet are as it is now. */
  reel(system: string): MapReel {
    while (this._looks.length < this._config.atMs.length) this._look();
    const all = this._looks.flatMap(({ maps }) => maps);
    const guestFrames = placeFrames(all);
    const places = Math.max(1, ...all.map(({ place }) => place + 1));
    return {
      name: system,
      subject: this._config.functionName,
      ...this._about,
      owners: [...this._owners.names],
      guestFrames,
      instants: this._looks.map(({ atMs, note, maps }) => {
        return { atMs, note, map: joinMaps(maps, places, guestFrames) };
      }),
    };
  }
}
