// The measurements behind docs/decisions/0009 to 0018: each CZone choice beside its alternatives, in counts that are equal
// on every machine. Not a bench of speed (that is czone.bench): nothing here is timed.
//
//   npm run build:core && npx tsc -p bench/tsconfig.json && node build/bench/bench/czone-choice.js

import {
  CZONE_LIMIT_BORROW,
  CZONE_LIMIT_GROW,
  CZONE_PLACE_BEST,
  CZONE_PLACE_FIRST,
  CZONE_PLACE_ROOM,
  POOL_FREE_BLOCKS,
  POOL_FREE_RUNS,
  POOL_LARGEST_RUN,
} from '../src/abi/czone.ts';
import { readFileSync } from 'node:fs';
import {
  CZONE_LIMIT_OOM,
  Core,
  GFP_HIGHUSER_MOVABLE,
  NONE,
  OBJECT_FILE,
  STAT_BACKED_FAULTS,
  STAT_CZONE_BLOCKS_ADDED,
  STAT_CZONE_BORROWED_PAGES,
  STAT_CZONE_COMPACT_PAGES,
  STAT_CZONE_COW_ACROSS,
  STAT_CZONE_EXIT_WALKED,
  STAT_CZONE_LIMIT_RAISES,
  STAT_CZONE_OOMS,
  STAT_CZONE_SHARED_OUT,
  STAT_REFAULTS_AVOIDED,
  boot,
  expectAnswer,
  layoutOf,
  saveState,
  useCore,
} from '../src/core/index.ts';
import {
  Draw,
  GIB,
  MIB,
  REGION,
  type Scene,
  anon,
  piecesOf,
  print,
  scene,
  share,
} from './czone-choice-scene.ts';
import { growAsPredicted } from '../src/guest/policy/grow-predicted.ts';
import { growByDoubling } from '../src/guest/policy/grow-doubling.ts';
import { growByStep } from '../src/guest/policy/grow-step.ts';
import type { GrowthPolicy, ShrinkPolicy, ShrinkView } from '../src/guest/policy/policy.ts';
import { shrinkBetween } from '../src/guest/policy/shrink-hysteresis.ts';
import { shrinkWhenIdle } from '../src/guest/policy/shrink-idle.ts';
import { rawOf } from '../src/core/raw.ts';

interface Living {
  readonly zone: number;
  readonly object: number;
}

/** Containers come and go until 4,000 have; `grow` blocks at a time. Returns those alive. */
function churn(world: Scene, alive: number, grow: number): Living[] {
  const { core } = world;
  const raw = rawOf(core);
  const draw = new Draw();
  const living: Living[] = [];
  for (let born = 0; born < 4000; born += 1) {
    if (living.length >= alive) {
      const [gone] = living.splice(draw.below(living.length), 1);
      expectAnswer(raw.czoneExit((gone as Living).zone, 0), 'czoneExit');
    }
    const pages = draw.size();
    const limit = Math.ceil((2 * pages) / world.block) * world.block;
    const zone = expectAnswer(raw.czoneCreate(born, limit, 1), 'czoneCreate');
    raw.czoneSetLimits(zone, CZONE_LIMIT_OOM, grow);
    const object = anon(core, zone);
    living.push({ zone, object });
    // Containers fill up side by side: each arrival lets the last eight go on growing.
    for (const { object: growing } of living.slice(-8)) {
      const has = raw.objectPages(growing);
      raw.objectTouch(growing, has, Math.min(pages, 16 * MIB), 1, 0);
    }
  }
  return living;
}

function blockSizes(): void {
  const rows = [2, 4, 8, 16, 32, 64, 128].map((mib) => {
    const world = scene(48, mib * MIB);
    const { core } = world;
    const living = churn(world, 120, 1);
    let held = 0;
    let free = 0;
    for (const { zone } of living) {
      held += core.zone(zone).managed;
      free += core.zone(zone).free;
    }
    return {
      block: `${mib} MiB`,
      'held MiB a zone': (held / living.length / MIB).toFixed(1),
      'unused of it': share(free, held),
      'blocks given a container': (core.stat(STAT_CZONE_BLOCKS_ADDED) / 4000).toFixed(1),
    };
  });
  print('block size: 4,000 containers of 12 to 590 MiB, 120 alive, grown a block at a time', rows);
}

function placements(): void {
  const kinds = [
    ['first', CZONE_PLACE_FIRST],
    ['best', CZONE_PLACE_BEST],
    ['room', CZONE_PLACE_ROOM],
  ] as const;
  const rows = kinds.flatMap(([name, placement]) =>
    [1, 8].map((grow) => {
      const world = scene(24, 512);
      const { core } = world;
      rawOf(core).czonePlacement(placement);
      const living = churn(world, 120, grow);
      const pieces = living.reduce((sum, { zone }) => sum + piecesOf(world, zone), 0);
      const free = rawOf(core).czonePoolStat(POOL_FREE_BLOCKS);
      return {
        place: name,
        'blocks at a time': grow,
        'pieces a zone': (pieces / living.length).toFixed(2),
        'free runs': rawOf(core).czonePoolStat(POOL_FREE_RUNS),
        'largest run of free': share(rawOf(core).czonePoolStat(POOL_LARGEST_RUN), free),
      };
    }),
  );
  print('placement: the same churn in 24 GiB, blocks of 2 MiB', rows);
}

function viewOf({ core, block }: Scene, zone: number, idleSinceNs: number | undefined): ShrinkView {
  return {
    key: 'f',
    blocks: core.zone(zone).blocks,
    limitBlocks: 1000,
    freeBlocks: Math.floor(core.zone(zone).free / block),
    peakBlocks: core.zone(zone).blocks,
    idleSinceNs,
  };
}

/** One container of a function that needs 40 to 60 blocks, page by page until it has them. */
function growOnce(world: Scene, policy: GrowthPolicy, pages: number): [number, number] {
  const { core } = world;
  const raw = rawOf(core);
  const zone = raw.czoneCreate(0, 1000 * world.block, policy.firstBlocks('f', 1000));
  raw.czoneSetLimits(zone, CZONE_LIMIT_OOM, 0);
  const object = anon(core, zone);
  let asked = 1;
  while (raw.objectTouch(object, 0, pages, 1, 0) < 0) {
    raw.czoneGrow(zone, policy.nextBlocks(viewOf(world, zone, undefined)));
    asked += 1;
  }
  const unused = Math.floor(core.zone(zone).free / world.block);
  policy.observe('f', core.zone(zone).blocks);
  raw.czoneExit(zone, 0);
  return [asked, unused];
}

function growth(): void {
  const policies = [
    growByStep(1),
    growByStep(8),
    growByStep(64),
    growByDoubling(1),
    growAsPredicted({ memory: 32, quantile: 0.5, unknownBlocks: 8 }),
    growAsPredicted({ memory: 32, quantile: 0.9, unknownBlocks: 8 }),
  ];
  const rows = policies.map((policy) => {
    const world = scene(8, 512);
    const draw = new Draw();
    let asked = 0;
    let unused = 0;
    for (let run = 0; run < 500; run += 1) {
      const [requests, blocks] = growOnce(world, policy, 40 * 512 + draw.below(20 * 512));
      asked += requests;
      unused += blocks;
    }
    return {
      policy: policy.name,
      'requests a container': (asked / 500).toFixed(1),
      'unused blocks at the peak': (unused / 500).toFixed(1),
    };
  });
  print('growth: 500 containers of one function, 40 to 60 blocks of 2 MiB each', rows);
}

/** Calls with 20 MiB of buffers each, 1 s long; pauses of 0.2 to 60 s. */
function calls(policy: ShrinkPolicy | undefined, move: boolean): Record<string, string | number> {
  const world = scene(2, 512);
  const { core } = world;
  const raw = rawOf(core);
  const draw = new Draw();
  const zone = raw.czoneCreate(0, 200 * 512, 20);
  const heap = anon(core, zone);
  raw.objectTouch(heap, 0, 30 * MIB, 1, 0);
  let nowNs = 0;
  let heldSeconds = 0;
  for (let call = 0; call < 400; call += 1) {
    const buffers = anon(core, zone);
    raw.objectTouch(buffers, 0, (10 + draw.below(20)) * MIB, 1, 0);
    raw.objectTouch(heap, 30 * MIB + draw.below(4 * MIB), 3, 1, 0);
    raw.objectDestroy(buffers, 0);
    const pauseNs = 0.2e9 + 59.8e9 * draw.next() ** 4;
    for (let part = 0; part < 10; part += 1) {
      nowNs += pauseNs / 10;
      const idleSinceNs = nowNs - ((part + 1) * pauseNs) / 10;
      const give = policy?.blocksToGive(viewOf(world, zone, idleSinceNs), nowNs) ?? 0;
      if (give > 0 && move) raw.czoneCompact(zone, 1e6, 0);
      if (give > 0) raw.czoneShrink(zone, give);
      releasePool(core);
      heldSeconds += (core.zone(zone).blocks * pauseNs) / 1e10;
    }
  }
  return {
    policy: `${policy?.name ?? 'none'}${move ? ' + moving' : ''}`,
    'blocks held': (heldSeconds / (nowNs / 1e9)).toFixed(1),
    'blocks plugged a call': (core.stat(STAT_CZONE_BLOCKS_ADDED) / 400).toFixed(2),
    'host faults a call': Math.round(core.stat(STAT_BACKED_FAULTS) / 400),
    'pages moved a call': (core.stat(STAT_CZONE_COMPACT_PAGES) / 400).toFixed(1),
  };
}

/** The host takes what is backed and in no zone. */
function releasePool(core: Core): void {
  for (const { start, count } of core.czones.collect(64)) {
    core.backing.release(start, count);
    core.czones.plug(start, count);
  }
}

function shrinking(): void {
  const rows = [
    calls(undefined, false),
    calls(shrinkWhenIdle(2e9), false),
    calls(shrinkWhenIdle(2e9), true),
    calls(shrinkWhenIdle(20e9), true),
    calls(shrinkBetween({ high: 0.3, low: 0.1 }), false),
    calls(shrinkBetween({ high: 0.3, low: 0.1 }), true),
  ];
  print('shrink: 400 calls on a 30 MiB heap, buffers of 10 to 30 MiB, mean pause 12 s', rows);
}

/** Reclaim of some free backed ranges, then calls again: how many host faults the next calls pay. */
function preferBacked(): void {
  const rows = [false, true].map((prefer) => {
    const { core } = scene(2, 512);
    core.setPreferBacked(prefer);
    const raw = rawOf(core);
    const draw = new Draw();
    const zone = raw.czoneCreate(0, 200 * 512, 40);
    const heap = anon(core, zone);
    raw.objectTouch(heap, 0, 20 * MIB, 1, 0);
    const before = core.stat(STAT_BACKED_FAULTS);
    for (let call = 0; call < 300; call += 1) {
      const first = anon(core, zone);
      raw.objectTouch(first, 0, (5 + draw.below(10)) * MIB, 1, 0);
      const second = anon(core, zone);
      raw.objectTouch(second, 0, (2 + draw.below(5)) * MIB, 1, 0);
      raw.objectTruncate(heap, draw.below(10 * MIB), 200, 0);
      raw.objectTouch(heap, 0, 20 * MIB, 1, 0);
      raw.objectDestroy(first, 0);
      raw.objectDestroy(second, 0);
      if (call % 10 === 9) reclaimHalf(core, zone);
    }
    return {
      'backed first': String(prefer),
      'host faults a call': Math.round((core.stat(STAT_BACKED_FAULTS) - before) / 300),
      'refaults avoided, counted': core.stat(STAT_REFAULTS_AVOIDED),
    };
  });
  print('backed first: 300 calls, half of the free backed frames reclaimed every tenth', rows);
}

function reclaimHalf(core: Core, zone: number): void {
  const most = core.zone(zone).backedFree >> 1;
  for (const { start, count } of core.czones.reclaim(zone, 512, most, 0)) {
    core.backing.release(start, count);
    core.czones.putBack(start, count, true);
  }
}

function exits(): void {
  const rows = [];
  for (const shared of [0, 1, 64, 4096]) {
    const { core } = scene(2, 512);
    const raw = rawOf(core);
    const zone = raw.czoneCreate(0, 100 * 512, 0);
    const heap = anon(core, zone);
    raw.objectTouch(heap, 0, 16 * MIB, 1, 0);
    raw.objectTouch(anon(core, zone), 0, 16 * MIB, 1, 0);
    const other = raw.czoneCreate(1, 100 * 512, 0);
    if (shared > 0) {
      const child = raw.objectFork(heap, other, 0, 0);
      raw.objectTouch(child, 0, 16 * MIB - shared, 1, 0);
    }
    const blocks = raw.czoneExit(zone, 0);
    rows.push({
      'pages shared with another zone': shared,
      'blocks back at once of 16': blocks,
      'object pages looked at': core.stat(STAT_CZONE_EXIT_WALKED),
      'frames that stay': core.stat(STAT_CZONE_SHARED_OUT),
      'copies across': core.stat(STAT_CZONE_COW_ACROSS),
    });
  }
  print('exit: a zone of 16 blocks (2 MiB), two processes of 16 MiB', rows);
}

function limits(): void {
  const kinds = [
    ['oom', CZONE_LIMIT_OOM],
    ['grow', CZONE_LIMIT_GROW],
    ['borrow', CZONE_LIMIT_BORROW],
  ] as const;
  const rows = kinds.map(([name, policy]) => {
    const { core } = scene(2, 512);
    const raw = rawOf(core);
    const zone = raw.czoneCreate(0, 16 * MIB, 8);
    raw.czoneSetLimits(zone, policy, 1);
    const object = anon(core, zone);
    const answer = raw.objectTouch(object, 0, 20 * MIB, 1, 0);
    const inKernel = core.stat(STAT_CZONE_BORROWED_PAGES);
    raw.czoneExit(zone, 0);
    return {
      policy: name,
      'answer to 20 MiB at a limit of 16': answer,
      raises: core.stat(STAT_CZONE_LIMIT_RAISES),
      refused: core.stat(STAT_CZONE_OOMS),
      borrowed: inKernel,
      'pages looked at on exit': core.stat(STAT_CZONE_EXIT_WALKED),
    };
  });
  print('limit', rows);
}

function files(): void {
  const rows = [false, true].map((inZone) => {
    const { core } = scene(8, 512);
    const raw = rawOf(core);
    const shared = raw.objectCreate(OBJECT_FILE, NONE, GFP_HIGHUSER_MOVABLE, 0);
    let zones = 0;
    for (let container = 0; container < 32; container += 1) {
      const zone = raw.czoneCreate(container, 100 * 512, 0);
      raw.objectTouch(anon(core, zone), 0, 20 * MIB, 1, 0);
      const own = inZone ? raw.objectCreate(OBJECT_FILE, zone, GFP_HIGHUSER_MOVABLE, 0) : shared;
      raw.objectTouch(own, 0, 30 * MIB, 0, 0);
      zones += core.zone(zone).managed;
    }
    return {
      'file pages': inZone ? 'in each zone' : 'shared',
      'MiB backed for 32 containers': Math.round(core.backedFrames / MIB),
      'MiB held by zones': Math.round(zones / MIB),
    };
  });
  print('file pages: 32 containers, 20 MiB anonymous and 30 MiB of files each', rows);
}

function reclaims(): void {
  const rows = [0, 3, 6, 9].map((order) => {
    const { core } = scene(2, 512);
    const raw = rawOf(core);
    const draw = new Draw();
    const zone = raw.czoneCreate(0, 100 * 512, 40);
    const heap = anon(core, zone);
    raw.objectTouch(heap, 0, 60 * MIB, 1, 0);
    for (let hole = 0; hole < 300; hole += 1) {
      raw.objectTruncate(heap, draw.below(60 * MIB), 1 << draw.below(9), 0);
    }
    const free = core.zone(zone).backedFree;
    let ranges = 0;
    let got = raw.czoneReclaim(zone, 128, 1 << 24, order);
    let messages = 0;
    while (got > 0) {
      ranges += got;
      messages += 1;
      got = raw.czoneReclaim(zone, 128, 1 << 24, order);
    }
    const left = core.zone(zone).backedFree;
    return {
      'smallest piece': `${2 ** order} frames`,
      ranges,
      'messages of 128': messages,
      'got of what is free and backed': share(free - left, free),
    };
  });
  print('reclaim: a heap of 60 MiB with 300 holes of 1 to 256 pages', rows);
}

/** Runs of neighbouring frames in an object. */
function runsOf(core: Core, object: number, pages: number): number {
  let runs = 0;
  let last = -2;
  for (let index = 0; index < pages; index += 1) {
    const pfn = rawOf(core).objectFrame(object, index);
    if (pfn !== last + 1) runs += 1;
    last = pfn;
  }
  return runs;
}

/** Frames on the per-cpu lists of all zones. */
function parked(core: Core): number {
  const lists = saveState(core, 'parked').zones.flatMap(({ pcps }) => pcps);
  return lists.reduce((sum, { count }) => sum + count, 0);
}

/** Four objects grow side by side, each on its CPU, 16 pages at a time. */
function perCpuLists(): void {
  const rows = [false, true].map((zoned) => {
    const layout = layoutOf(GIB, [], REGION + GIB);
    const core = Core.create({ frames: layout.frames, cpus: 4, czones: 4, objects: 16 });
    boot(core, layout, true);
    const raw = rawOf(core);
    raw.czoneRegion(REGION, GIB, 512);
    raw.czonePlug(REGION, GIB);
    const zone = zoned ? raw.czoneCreate(0, GIB, 32) : NONE;
    const objects = [0, 1, 2, 3].map(() => anon(core, zone));
    for (let start = 0; start < 16 * MIB; start += 16) {
      objects.forEach((object, cpu) => raw.objectTouch(object, start, 16, 1, cpu));
    }
    const runs = objects.reduce((sum, object) => sum + runsOf(core, object, 16 * MIB), 0) / 4;
    const before = parked(core);
    objects.forEach((object, cpu) => raw.objectDestroy(object, cpu));
    return {
      pages: zoned ? 'CZone, no lists' : 'kernel zones, per-cpu lists',
      'runs of neighbours an object': runs,
      'frames parked before': before,
      'frames parked after all are freed': parked(core),
    };
  });
  print('per-cpu lists: four objects of 16 MiB grow side by side on four CPUs, then go', rows);
}

useCore('release', new Uint8Array(readFileSync('build/core.release.wasm')));
blockSizes();
placements();
growth();
shrinking();
preferBacked();
exits();
limits();
files();
reclaims();
perCpuLists();
