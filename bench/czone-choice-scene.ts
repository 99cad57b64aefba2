// Guests, draws and tables of czone-choice.

import {
  Core,
  GFP_HIGHUSER_MOVABLE,
  OBJECT_ANON,
  boot,
  expectAnswer,
  layoutOf,
} from '../src/core/index.ts';
import { rawOf } from '../src/core/raw.ts';
import { type Random, randomStream } from '../src/time/index.ts';

export const MIB = 256;
export const GIB: number = 1024 * MIB;
export const REGION: number = 2 * GIB;

/** Draws of a named stream: the same everywhere. */
export class Draw {
  readonly #random: Random = randomStream(1, 'czone-choice');

  next(): number {
    return this.#random.nextUnit();
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  /** Container sizes: 90 % below 300 MiB (sources in docs/prices.md), a few large. In frames. */
  size(): number {
    const u = this.next();
    const mib = 12 * Math.exp(3.9 * u * u);
    return Math.round(mib * MIB);
  }
}

export interface Scene {
  readonly core: Core;
  readonly block: number;
}

export function scene(gib: number, block: number, czones = 2000): Scene {
  const layout = layoutOf(GIB, [], REGION + gib * GIB);
  const core = Core.create({ frames: layout.frames, czones, objects: 3 * czones + 16 });
  boot(core, layout, true);
  expectAnswer(rawOf(core).czoneRegion(REGION, gib * GIB, block), 'czoneRegion');
  expectAnswer(rawOf(core).czonePlug(REGION, gib * GIB), 'czonePlug');
  core.setPreferBacked(true);
  return { core, block };
}

export function anon(core: Core, zone: number): number {
  const made = rawOf(core).objectCreate(OBJECT_ANON, zone, GFP_HIGHUSER_MOVABLE, 0);
  return expectAnswer(made, 'objectCreate');
}

/** Pieces that a zone's blocks make in address order. */
export function piecesOf({ core, block }: Scene, zone: number): number {
  const blocks = core.czones.blocksOf(zone).toSorted((a, b) => a - b);
  return blocks.filter((pfn, at) => at === 0 || blocks[at - 1] !== pfn - block).length;
}

export function print(
  title: string,
  rows: readonly Readonly<Record<string, string | number>>[],
): void {
  process.stdout.write(`\n${title}\n`);
  for (const row of rows) {
    const cells = Object.entries(row).map(([name, value]) => `${name} ${value}`);
    process.stdout.write(`  ${cells.join(' | ')}\n`);
  }
}

export const share = (part: number, whole: number): string =>
  `${((100 * part) / whole).toFixed(1)} %`;
