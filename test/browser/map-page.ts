// A page with a map view on it, made in the page: two guests of 64 GiB through sixty moments.

import { type MapCells, type MemoryMap, emptyCells } from '../../src/map/cells.ts';
import type { MapReel } from '../../src/map/reel.ts';
import { USES_MOST, USE_FREE, USE_KERNEL, USE_OWNER } from '../../src/map/use.ts';
import { MAP_CSS, mountMapView } from '../../src/map/index.ts';

const BLOCKS = 32_768;
const MOMENTS = 60;

function fill(cells: MapCells, moment: number, shift: number): void {
  for (let cell = 0; cell < BLOCKS; cell += 1) {
    const owner = Math.floor(cell / 512) + shift;
    const isTaken = (cell * 7 + moment * 131) % 11 < (owner + moment) % 9;
    cells.use[cell] = cell < 64 ? USE_KERNEL : isTaken ? USE_OWNER + (owner % 40) : USE_FREE;
    cells.taken[cell] = isTaken ? 60 + ((cell * 13) % 195) : 0;
    cells.takenBacked[cell] = cells.taken[cell] as number;
    cells.freeBacked[cell] = isTaken ? 0 : ((cell >> 6) + moment) % 3 === 0 ? 255 : 0;
    cells.order[cell] = isTaken ? 4 : 11;
    cells.zone[cell] = cell < 8 ? 0 : cell < 2048 ? 1 : 2;
  }
}

function mapAt(moment: number, shift: number): MemoryMap {
  const cells = emptyCells(BLOCKS);
  fill(cells, moment, shift);
  const frames = new Uint32Array(USES_MOST);
  for (const use of cells.use) frames[use] = (frames[use] as number) + 512;
  return { start: 0, count: BLOCKS * 512, cellFrames: 512, cells, frames, backed: frames };
}

function reel(name: string, shift: number): MapReel {
  const instants = Array.from({ length: MOMENTS }, (_, at) => ({
    atMs: at * 1000,
    map: mapAt(at, shift),
  }));
  return { name, zones: ['DMA', 'DMA32', 'Normal', 'Movable'], owners: ['web', 'db'], instants };
}

const style = document.createElement('style');
style.textContent = MAP_CSS;
document.head.append(style);
const root = document.querySelector('main') as HTMLElement;
const theme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
const picked: number[] = [];
const view = mountMapView(root, [reel('one', 0), reel('two', 5)], {
  theme,
  onPick: (_, pfn) => void picked.push(pfn),
});
Object.assign(globalThis, { view, picked });
