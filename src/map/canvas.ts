// One reel's picture: a canvas that fits its place, and what is under the pointer or the arrow keys in words.

import { FRAMES_PER_GIB, FRAMES_PER_MIB } from '../abi/unit.ts';
import { type MemoryMap, SHARE_ALL, ZONE_NONE } from './cells.ts';
import { type MapLayout, cellAt, eachCell, layoutOfMaps } from './layout.ts';
import { markWords } from './look.ts';
import { type Palette, cssColour } from './palette.ts';
import { paintMap } from './raster.ts';
import { type MapReel, useName } from './reel.ts';

const PERCENT = 100;
const WIDTH_LEAST = 120;

function percent(share: number): string {
  return `${Math.round((PERCENT * share) / SHARE_ALL)} %`;
}

/** Which guest's page it is, in words, and which of its pages. */
function placeOf(pfn: number, guestFrames?: number): readonly [string, number] {
  if (guestFrames === undefined) return ['', pfn];
  return [`VM ${Math.floor(pfn / guestFrames) + 1}: `, pfn % guestFrames];
}

/** A cell in words. */
export function cellText(reel: MapReel, map: MemoryMap, cell: number): string {
  const { cells, start, cellFrames } = map;
  const { guestFrames } = reel;
  const [guest, pfn] = placeOf(start + cell * cellFrames, guestFrames);
  const zone = cells.zone[cell] as number;
  const taken = cells.taken[cell] as number;
  const backed = (cells.takenBacked[cell] as number) + (cells.freeBacked[cell] as number);
  const place =
    cellFrames === 1
      ? `page ${pfn}`
      : `${(pfn / FRAMES_PER_GIB).toFixed(3)} GiB, ${cellFrames / FRAMES_PER_MIB} MiB from page ${pfn}`;
  const parts = [
    `${guest}${place}`,
    zone === ZONE_NONE ? 'in no zone' : (reel.zones[zone] ?? `zone ${zone}`),
    useName(reel, cells.use[cell] as number),
  ];
  if (cellFrames > 1 && taken > 0) parts.push(`${percent(taken)} taken`);
  parts.push(
    backed === 0 ? 'no host memory' : `${percent(Math.min(SHARE_ALL, backed))} host-backed`,
  );
  return [...parts, ...markWords(cells.marks[cell] as number)].join(', ');
}

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export class MapCanvas {
  readonly figure: HTMLElement = document.createElement('figure');
  readonly #canvas: HTMLCanvasElement = document.createElement('canvas');
  readonly #caption: HTMLElement = document.createElement('figcaption');
  readonly #said: HTMLParagraphElement = document.createElement('p');
  readonly #heightMost: number;
  #reel: MapReel;
  #layout: MapLayout | undefined;
  #image: ImageData | undefined;
  #map: MemoryMap | undefined;
  #palette: Palette | undefined;
  /** Of what is in the image; of another reel or size there is another. */
  #painted: MapLayout | undefined;
  #cursor: number | undefined;

  constructor(reel: MapReel, heightMost: number, picked: (pfn: number) => void) {
    this.#reel = reel;
    this.#heightMost = heightMost;
    this.#caption.textContent = reel.name;
    this.#said.className = 'gm-map-said';
    this.#said.setAttribute('aria-live', 'polite');
    const canvas = this.#canvas;
    canvas.tabIndex = 0;
    canvas.setAttribute('role', 'img');
    canvas.addEventListener('pointermove', (event) => this.#point(this.#cellUnder(event)));
    canvas.addEventListener('pointerleave', () => this.#point(undefined));
    canvas.addEventListener('click', () => this.#pick(picked));
    canvas.addEventListener('keydown', (event) => {
      const arrow = ARROWS[event.key];
      if (arrow !== undefined) this.#step(arrow);
      else if (event.key === 'Enter') this.#pick(picked);
      else return;
      event.preventDefault();
    });
    this.figure.append(this.#caption, canvas, this.#said);
  }

  #pick(picked: (pfn: number) => void): void {
    if (this.#cursor === undefined || this.#map === undefined) return;
    picked(this.#map.start + this.#cursor * this.#map.cellFrames);
  }

  /** What there is to say of the moment that is shown. */
  say(note: string | undefined): void {
    const { name } = this.#reel;
    this.#caption.textContent = note === undefined ? name : `${name}: ${note}`;
  }

  setReel(reel: MapReel): void {
    if (reel === this.#reel) return;
    this.#reel = reel;
    this.#caption.textContent = reel.name;
    this.fit();
  }

  /** Takes the width that there is now. */
  fit(): void {
    const ratio = globalThis.devicePixelRatio || 1;
    const width = Math.max(WIDTH_LEAST, Math.floor(this.figure.clientWidth));
    const maps = this.#reel.instants.map(({ map }) => map);
    const before = this.#layout;
    const layout = layoutOfMaps(
      maps,
      Math.floor(width * ratio),
      this.#heightMost * ratio,
      this.#reel.guestFrames,
    );
    this.#layout = layout;
    if (before?.width === layout.width && before.height === layout.height) return;
    this.#canvas.width = layout.width;
    this.#canvas.height = layout.height;
    this.#canvas.style.width = `${layout.width / ratio}px`;
    this.#canvas.style.height = `${layout.height / ratio}px`;
    this.#image = new ImageData(layout.width, layout.height);
  }

  draw(map: MemoryMap, palette: Palette): void {
    const [layout, image] = [this.#layout, this.#image];
    if (layout === undefined || image === undefined) return;
    if (map === this.#map && palette === this.#palette && layout === this.#painted) return;
    this.#map = map;
    this.#palette = palette;
    this.#painted = layout;
    paintMap(map, layout, palette, new Uint32Array(image.data.buffer), this.#reel);
    this.#putImage(image, layout);
    this.#canvas.setAttribute(
      'aria-label',
      `Memory map of ${this.#reel.name}: ${map.count / FRAMES_PER_MIB} MiB of address space; figures in the table below`,
    );
  }

  #putImage(image: ImageData, layout: MapLayout): void {
    const context = this.#canvas.getContext('2d');
    if (context === null) return;
    context.putImageData(image, 0, 0);
    this.#drawCursor(context, layout);
  }

  #drawCursor(context: CanvasRenderingContext2D, layout: MapLayout): void {
    const [cursor, palette, map] = [this.#cursor, this.#palette, this.#map];
    if (cursor === undefined || palette === undefined || map === undefined) return;
    eachCell(layout, map.cells.use.length, (cell, x, y) => {
      if (cell !== cursor) return;
      context.strokeStyle = cssColour(palette.ink);
      context.lineWidth = 2;
      context.strokeRect(x - 1, y - 1, layout.pixels + 1, layout.pixels + 1);
    });
  }

  #cellUnder(event: PointerEvent): number | undefined {
    const [layout, map] = [this.#layout, this.#map];
    if (layout === undefined || map === undefined) return undefined;
    const ratio = layout.width / Math.max(1, this.#canvas.clientWidth);
    const spot = { x: event.offsetX * ratio, y: event.offsetY * ratio };
    return cellAt(layout, map.cells.use.length, spot);
  }

  #step([across, down]: readonly [number, number]): void {
    const [layout, map] = [this.#layout, this.#map];
    if (layout === undefined || map === undefined) return;
    const from = this.#cursor ?? (layout.tiles[0] ?? 0) * layout.tileColumns * layout.tileRows;
    const next = from + across + down * layout.tileColumns;
    if (next >= 0 && next < map.cells.use.length) this.#point(next);
  }

  #point(cell: number | undefined): void {
    if (cell === this.#cursor) return;
    this.#cursor = cell;
    const [map, image, layout] = [this.#map, this.#image, this.#layout];
    if (map === undefined || image === undefined || layout === undefined) return;
    this.#said.textContent = cell === undefined ? '' : cellText(this.#reel, map, cell);
    this.#putImage(image, layout);
  }
}
