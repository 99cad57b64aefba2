// A zone's free count as watermarks see it, and per-cpu lists by the rules of another kernel: builds that recordings use.

import { describe, expect, it } from 'vitest';
import {
  type AllocatorState,
  Core,
  type CoreBuild,
  GFP_HIGHUSER_MOVABLE,
  PROGRAM_DECAY,
  PROGRAM_RECLAIM,
  PROGRAM_RELEASE,
  PROGRAM_REQUEST,
  RECLAIM_BEGINS,
  RECLAIM_ENDS,
  RECLAIM_SLEEPS,
  type ZoneState,
} from '../../../../src/core/index.ts';
import { loadState, saveState, stateFrames } from '../../../../src/core/state.ts';
import { M, makeState, withPcp } from '../../../model/fixture.ts';

const DMA32 = 1;
const BELOW_HIGH = 4;

function loaded(build: CoreBuild, state: AllocatorState): Core {
  const frames = stateFrames(state);
  const cpus = state.zones[0]?.pcps.length ?? 1;
  const core = Core.create({ frames, cpus, objects: 1, nodes: 1, bufferSlots: 0x8000, build });
  loadState(core, state);
  return core;
}

function run(core: Core, op: number, frame: number, operand = 0): void {
  const words = Uint32Array.of(op | (DMA32 << 16), frame, operand, 0);
  expect(core.program.run(words, 0)).toBe(1);
}

function zoneOf(core: Core): ZoneState {
  const [zone] = saveState(core, 'now').zones;
  if (zone === undefined) throw new Error('no zone');
  return zone;
}

/** Requests until one finds the zone below its high mark, 20 frames under what is free. */
function requestsToHigh(build: CoreBuild, hasTurns = false, lagMost = 0): number {
  const state = makeState([M, M, M, M], [[10, M, [0]]]);
  const marks = { min: 100, low: 200, high: 1004, lagMost };
  const zones = state.zones.map((zone) => ({ ...zone, ...marks }));
  const sizes = { high: 1, highMin: 1, highMax: 1, batch: 1 };
  const core = loaded(build, withPcp({ ...state, zones }, sizes));
  for (let served = 1; served < 100; served += 1) {
    run(core, PROGRAM_REQUEST, served - 1, GFP_HIGHUSER_MOVABLE);
    if ((zoneOf(core).flags & BELOW_HIGH) !== 0) return served;
    if (hasTurns) run(core, PROGRAM_DECAY, 0);
  }
  return 0;
}

describe('a watermark', () => {
  it('sees the exact count in a live guest, and an older one in a recording', () => {
    const live = requestsToHigh('release');
    const recorded = requestsToHigh('recorded');
    expect(live).toBeGreaterThan(0);
    expect(recorded).toBeGreaterThan(live);
  });

  it('sees as old a count as the recording says that a CPU may keep', () => {
    const exact = requestsToHigh('release');
    expect(requestsToHigh('recorded', false, 5)).toBe(exact + 4);
    expect(requestsToHigh('recorded', false, 30)).toBe(exact + 11);
    expect(requestsToHigh('release', false, 30)).toBe(exact);
  });

  it('sees the exact count after each turn of the vmstat worker', () => {
    expect(requestsToHigh('recorded', true)).toBe(requestsToHigh('release'));
  });
});

/** Requests until one finds the zone below its high mark, while kswapd is in a state; two CPUs, which keep up to 2 each. */
function requestsWhile(build: CoreBuild, kswapd: readonly number[], cpus = 2): number {
  const state = makeState([M, M, M, M], [[10, M, [0]]]);
  const marks = { min: 100, low: 160, high: 1004, lagMost: 2 };
  const sizes = { high: 1, highMin: 1, highMax: 1, batch: 1 };
  const { zones } = withPcp(state, sizes);
  const each = zones.map((zone) => ({
    ...zone,
    ...marks,
    pcps: Array.from({ length: cpus }, () => structuredClone(zone.pcps)).flat(),
  }));
  const core = loaded(build, { ...state, zones: each });
  for (const step of kswapd) run(core, PROGRAM_RECLAIM, 0, step);
  for (let served = 1; served < 100; served += 1) {
    run(core, PROGRAM_REQUEST, served - 1, GFP_HIGHUSER_MOVABLE);
    if ((zoneOf(core).flags & BELOW_HIGH) !== 0) return served;
  }
  return 0;
}

it('while kswapd is awake each of several CPUs keeps what lies between two marks by itself, up to Linux 6.12', () => {
  const asleep = requestsWhile('recorded', []);
  expect(requestsWhile('recorded', [RECLAIM_BEGINS, RECLAIM_ENDS])).toBe(asleep + 10);
  expect(requestsWhile('recorded', [RECLAIM_BEGINS, RECLAIM_ENDS, RECLAIM_SLEEPS])).toBe(
    requestsWhile('recorded', [RECLAIM_SLEEPS]),
  );
  expect(requestsWhile('recorded', [RECLAIM_BEGINS], 1)).toBe(requestsWhile('recorded', [], 1));
  expect(requestsWhile('release-7.3', [RECLAIM_BEGINS])).toBe(requestsWhile('release-7.3', []));
});

it('the per-cpu lists of Linux 7.3 keep freed blocks for longer', () => {
  const sizes = { high: 400, highMin: 40, highMax: 400, batch: 4, freeCount: 0 };
  const freedBeforeDrain = (build: CoreBuild): number => {
    const core = loaded(build, withPcp(makeState([M, M], []), sizes));
    for (let freed = 1; freed < 100; freed += 1) {
      run(core, PROGRAM_RELEASE | (1 << 8), 4 * freed);
      if ((zoneOf(core).pcps[0]?.count ?? 0) < 2 * freed) return freed;
    }
    return 0;
  };
  expect(freedBeforeDrain('recorded')).toBe(3);
  expect(freedBeforeDrain('release-7.3')).toBe(13);
});

it('the per-cpu lists of Linux 6.1 drain twice as much each time, until a request comes', () => {
  const sizes = { high: 40, highMin: 40, highMax: 40, batch: 4, freeCount: 0 };
  const core = loaded('release-6.1', withPcp(makeState([M, M], []), sizes));
  const pcp = () => zoneOf(core).pcps[0];
  const drains: number[] = [];
  for (let freed = 0; freed < 64; freed += 1) {
    const before = pcp()?.count ?? 0;
    run(core, PROGRAM_RELEASE, 2 * freed);
    const drained = before + 1 - (pcp()?.count ?? 0);
    if (drained > 0) drains.push(drained);
  }
  expect(drains).toEqual([4, 8, 16]);
  expect(pcp()?.freeCount).toBe(3);
  run(core, PROGRAM_REQUEST, 126, GFP_HIGHUSER_MOVABLE);
  expect(pcp()?.freeCount).toBe(1);
});
