// How fast do containers' zones come and go? 2,000 zones in a 64 GiB guest: create, touch 16 MiB page by page of the
// object's table, exit. Issue D asks for 2,000 zones a second, which is 8.2 million page touches.
//
//   npm run build:core && npx tsc -p bench/tsconfig.json && node build/bench/bench/czone.bench.js [zones]
//
// Prints one JSON line a task. The machine may be shared, so user CPU time stands beside the wall clock. The hash is that
// of the guest's final state: equal on every machine.

import { readFileSync } from 'node:fs';
import { Bench } from 'tinybench';
import {
  Core,
  GFP_HIGHUSER_MOVABLE,
  OBJECT_ANON,
  boot,
  expectAnswer,
  layoutOf,
  useCore,
} from '../src/core/index.ts';

const FRAMES_PER_GIB = 262_144;
const GUEST_FRAMES = 64 * FRAMES_PER_GIB;
const KERNEL_FRAMES = FRAMES_PER_GIB;
const TOUCH_PAGES = 4096;

interface Case {
  readonly name: string;
  readonly blockFrames: number;
  /** Blocks given at creation; the rest of the 16 MiB comes on demand. */
  readonly initialBlocks: number;
  readonly backed: boolean;
}

const CASES: readonly Case[] = [
  { name: '2 MiB blocks, whole at creation', blockFrames: 512, initialBlocks: 8, backed: false },
  { name: '2 MiB blocks, on demand', blockFrames: 512, initialBlocks: 0, backed: false },
  { name: '16 MiB blocks', blockFrames: 4096, initialBlocks: 1, backed: false },
  { name: '128 MiB blocks', blockFrames: 32_768, initialBlocks: 1, backed: false },
  { name: '2 MiB blocks, host memory kept', blockFrames: 512, initialBlocks: 8, backed: true },
];

function makeGuest(zones: number, blockFrames: number): Core {
  const layout = layoutOf(KERNEL_FRAMES, [], GUEST_FRAMES);
  const core = Core.create({ frames: layout.frames, czones: zones, objects: zones + 16 });
  boot(core, layout, true);
  const { raw } = core;
  const start = 2 * FRAMES_PER_GIB;
  const frames = GUEST_FRAMES - start;
  expectAnswer(raw.czoneRegion(start, frames, blockFrames), 'czoneRegion');
  expectAnswer(raw.czonePlug(start, frames), 'czonePlug');
  core.setPreferBacked(true);
  return core;
}

/** All zones live at once, then all exit; the host takes their memory back unless `backed`. */
function liveAndDie(core: Core, zones: number, run: Case): void {
  const { raw } = core;
  const limit = Math.max(TOUCH_PAGES, run.blockFrames);
  const indices: number[] = [];
  for (let owner = 0; owner < zones; owner += 1) {
    const zone = expectAnswer(raw.czoneCreate(owner, limit, run.initialBlocks), 'czoneCreate');
    const object = raw.objectCreate(OBJECT_ANON, zone, GFP_HIGHUSER_MOVABLE, owner);
    const got = raw.objectTouch(object, 0, TOUCH_PAGES, 1, 0);
    if (got !== TOUCH_PAGES) throw new Error(`zone ${owner} got ${got} pages`);
    indices.push(zone);
  }
  for (const zone of indices) expectAnswer(raw.czoneExit(zone, 0), 'czoneExit');
  if (!run.backed) raw.releaseRange(2 * FRAMES_PER_GIB, GUEST_FRAMES - 2 * FRAMES_PER_GIB);
}

async function measure(run: Case, zones: number): Promise<void> {
  const fit = Math.min(zones, Math.floor((62 * FRAMES_PER_GIB) / Math.max(4096, run.blockFrames)));
  const core = makeGuest(fit, run.blockFrames);
  liveAndDie(core, fit, run);
  const bench = new Bench({ time: 0, iterations: 5, warmup: false });
  let cpuUs = 0;
  bench.add(run.name, () => {
    const before = process.cpuUsage();
    liveAndDie(core, fit, run);
    cpuUs += process.cpuUsage(before).user;
  });
  await bench.run();
  const result = bench.tasks[0]?.result;
  if (result === undefined || !('latency' in result)) throw new Error(`${run.name}: no result`);
  const { latency } = result;
  const cpuMs = cpuUs / 1000 / latency.samplesCount;
  console.log(
    JSON.stringify({
      bench: 'czone',
      name: run.name,
      zones: fit,
      zonesPerSecond: Math.round(fit / (latency.min / 1000)),
      zonesPerCpuSecond: Math.round(fit / (cpuMs / 1000)),
      nsPerPage: Number(((cpuMs * 1e6) / (fit * TOUCH_PAGES)).toFixed(2)),
      msMin: Number(latency.min.toFixed(2)),
      msMean: Number(latency.mean.toFixed(2)),
      hash: core.hash(),
    }),
  );
}

useCore('release', readFileSync('build/core.release.wasm'));
const zones = Number(process.argv[2] ?? 2000);
for (const run of CASES) await measure(run, zones);
