// How fast do containers' zones come and go? A zone is created, 16 MiB of its object are touched page by page, and it
// exits; 2,000 zones of a 64 GiB guest are alive before the first one goes. 2,000 a second are 8.2 million page touches.

import {
  Core,
  GFP_HIGHUSER_MOVABLE,
  OBJECT_ANON,
  boot,
  expectAnswer,
  layoutOf,
} from '../src/core/index.ts';
import { type BenchCase, type BenchReport, type BenchSize, measure, ratio } from './measure.ts';
import { rawOf } from '../src/core/raw.ts';

const FRAMES_PER_GIB = 262_144;
const REGION_START = FRAMES_PER_GIB;
const TOUCH_PAGES = 4096;

interface Shape {
  readonly name: string;
  readonly blockFrames: number;
  /** Blocks given at creation; the rest of the 16 MiB comes on demand. */
  readonly initialBlocks: number;
  /** The host leaves the memory of zones that have exited. */
  readonly keepsBacking: boolean;
}

const SHAPES: readonly Shape[] = [
  { name: '2 MiB blocks', blockFrames: 512, initialBlocks: 8, keepsBacking: false },
  { name: '2 MiB blocks, on demand', blockFrames: 512, initialBlocks: 0, keepsBacking: false },
  { name: '16 MiB blocks', blockFrames: 4096, initialBlocks: 1, keepsBacking: false },
  { name: '2 MiB blocks, backed', blockFrames: 512, initialBlocks: 8, keepsBacking: true },
];

interface World {
  readonly core: Core;
  readonly frames: number;
  readonly zones: number;
}

function makeWorld(zones: number, guestGib: number, blockFrames: number): World {
  const frames = (guestGib - 1) * FRAMES_PER_GIB;
  const layout = layoutOf(FRAMES_PER_GIB / 2, [], REGION_START + frames);
  const core = Core.create({ frames: layout.frames, czones: zones, objects: zones + 16 });
  boot(core, layout, true);
  const raw = rawOf(core);
  expectAnswer(raw.czoneRegion(REGION_START, frames, blockFrames), 'czoneRegion');
  expectAnswer(raw.czonePlug(REGION_START, frames), 'czonePlug');
  core.setPreferBacked(true);
  return { core, frames, zones };
}

/** All zones live at once, then all exit. */
function liveAndDie({ core, frames, zones }: World, shape: Shape): void {
  const raw = rawOf(core);
  const indices: number[] = [];
  for (let owner = 0; owner < zones; owner += 1) {
    const made = raw.czoneCreate(owner, TOUCH_PAGES, shape.initialBlocks);
    const zone = expectAnswer(made, 'czoneCreate');
    const object = raw.objectCreate(OBJECT_ANON, zone, GFP_HIGHUSER_MOVABLE, owner);
    const got = raw.objectTouch(object, 0, TOUCH_PAGES, 1, 0);
    if (got !== TOUCH_PAGES) throw new Error(`zone ${owner} got ${got} pages`);
    indices.push(zone);
  }
  for (const zone of indices) expectAnswer(raw.czoneExit(zone, 0), 'czoneExit');
  if (!shape.keepsBacking) raw.releaseRange(REGION_START, frames);
}

export async function czoneBench(size: BenchSize): Promise<BenchReport> {
  const [zones, guestGib] = size.name === 'large' ? [2000, 64] : [20, 2];
  let cpuUs = 0;
  let wallMs = 0;
  let hash = 0;
  const cases: BenchCase[] = SHAPES.map((shape) => {
    const world = makeWorld(zones, guestGib, shape.blockFrames);
    liveAndDie(world, shape);
    hash = (hash ^ world.core.hash()) >>> 0;
    const run = (): void => {
      const cpu = process.cpuUsage();
      const start = performance.now();
      liveAndDie(world, shape);
      wallMs += performance.now() - start;
      cpuUs += process.cpuUsage(cpu).user;
    };
    return { name: shape.name, operations: zones, run };
  });
  const rows = await measure(cases, size);
  return {
    name: 'czone',
    question: 'How long does a zone of 16 MiB take to be created, touched and gone?',
    rows,
    ratios: {
      'backed / not': ratio(rows, '2 MiB blocks, backed', '2 MiB blocks'),
      'on demand / at once': ratio(rows, '2 MiB blocks, on demand', '2 MiB blocks'),
      'user CPU / wall': cpuUs / 1000 / wallMs,
    },
    hash,
  };
}
