// A map as SVG, for papers: cells, borders of zones, a legend with figures.

import { expectInteger, markupOf } from '../check/index.ts';
import { FRAMES_PER_MIB, MS_PER_S } from '../abi/unit.ts';
import { BORDER_BLOCK, BORDER_NONE, BORDER_ZONE, type MapAbout, borderOf } from './border.ts';
import type { MemoryMap } from './cells.ts';
import { SHARE_ALL } from './cells.ts';
import { type MapLayout, eachCell, layoutOfMaps } from './layout.ts';
import { legendOf } from './legend.ts';
import { lookAt, newLook } from './look.ts';
import { cssColour, paletteOf } from './palette.ts';
import { type MapInstant, type MapReel, expectReel } from './reel.ts';

const WIDTH = 960;
const HEIGHT_MOST = 640;
const MARGIN = 16;
const TITLE_HEIGHT = 34;
const ROW_HEIGHT = 18;
const LEGEND_COLUMNS = 3;
const SWATCH = 11;
/** How mapSvg's pictures begin, and few others: the title ends with a moment, and perhaps a note. */
export const MAP_SVG_MARK: RegExp = /^<svg [^>]*role="img"><title>[^<]*, [\d.]+ s[:<]/;

/** Equal cells side by side become one rectangle where no line is between them. */
class Rectangles {
  readonly parts: string[] = [];
  #last: { x: number; y: number; width: number; height: number; colour: number } | undefined;

  add(x: number, y: number, width: number, height: number, colour: number): void {
    const last = this.#last;
    const joins =
      last !== undefined &&
      last.y === y &&
      last.height === height &&
      last.colour === colour &&
      last.x + last.width === x;
    if (joins) {
      last.width += width;
      return;
    }
    this.flush();
    this.#last = { x, y, width, height, colour };
  }

  flush(): void {
    if (this.#last === undefined) return;
    const { x, y, width, height, colour } = this.#last;
    this.parts.push(
      `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${cssColour(colour)}"/>`,
    );
    this.#last = undefined;
  }
}

function cellsSvg({ cells }: MemoryMap, layout: MapLayout): string {
  const back = new Rectangles();
  const front = new Rectangles();
  const { pixels, space } = layout;
  const side = pixels - space;
  const look = newLook();
  const palette = paletteOf('light');
  eachCell(layout, cells.use.length, (cell, x, y) => {
    lookAt(cells, cell, palette, look);
    const height = look.fill === 0 ? 0 : Math.max(1, Math.round((side * look.fill) / SHARE_ALL));
    if (height < side) back.add(x, y, side, side, look.back);
    if (height > 0) front.add(x, y + side - height, side, height, look.front);
  });
  back.flush();
  front.flush();
  return [...back.parts, ...front.parts].join('');
}

function bordersSvg(map: MemoryMap, layout: MapLayout, about: MapAbout): string {
  const { pixels, tileColumns, tileRows } = layout;
  const tileCells = tileColumns * tileRows;
  const between = borderOf(map, about);
  const paths = ['', '', ''];
  const add = (border: number, line: string): void => {
    if (border !== BORDER_NONE) paths[border] += line;
  };
  eachCell(layout, map.cells.use.length, (cell, x, y) => {
    const at = cell % tileCells;
    if ((at + 1) % tileColumns !== 0) add(between(cell, cell + 1), `M${x + pixels} ${y}v${pixels}`);
    if (at + tileColumns < tileCells) {
      add(between(cell, cell + tileColumns), `M${x} ${y + pixels}h${pixels}`);
    }
  });
  const path = (border: number, colour: number): string =>
    paths[border] === ''
      ? ''
      : `<path d="${paths[border]}" stroke="${cssColour(colour)}" fill="none"/>`;
  const { block, border } = paletteOf('light');
  return path(BORDER_BLOCK, block) + path(BORDER_ZONE, border);
}

function legendSvg(reel: MapReel, map: MemoryMap, top: number): { text: string; height: number } {
  const rows = legendOf(reel, map, paletteOf('light'));
  const perColumn = Math.ceil(rows.length / LEGEND_COLUMNS);
  const step = WIDTH / LEGEND_COLUMNS;
  const text = rows.map(({ name, colour, frames }, at) => {
    const x = Math.floor(at / perColumn) * step;
    const y = top + (at % perColumn) * ROW_HEIGHT;
    const mib = (frames / FRAMES_PER_MIB).toFixed(1);
    const stroke = cssColour(paletteOf('light').ink);
    return (
      `<rect x="${x}" y="${y}" width="${SWATCH}" height="${SWATCH}" fill="${cssColour(colour)}" stroke="${stroke}" stroke-width="0.4"/>` +
      `<text x="${x + SWATCH + 6}" y="${y + SWATCH - 1}">${markupOf(name)}: ${mib} MiB</text>`
    );
  });
  return { text: text.join(''), height: perColumn * ROW_HEIGHT };
}

function pictureSvg(reel: MapReel, map: MemoryMap, layout: MapLayout): string {
  return `${cellsSvg(map, layout)}${bordersSvg(map, layout, reel)}`;
}

/** A map alone, for a page that has its title and legend beside it. */
export function mapPicture(reel: MapReel, map: MemoryMap, label: string): string {
  const layout = layoutOfMaps([map], WIDTH, HEIGHT_MOST, reel.guestFrames);
  const { width, height } = layout;
  return (
    `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${markupOf(label)}">` +
    `${pictureSvg(reel, map, layout)}</svg>`
  );
}

/** One moment of a reel. */
export function mapSvg(reel: MapReel, instant?: number): string {
  const last = expectReel(reel).instants.length - 1;
  const at = expectInteger('instant', instant ?? last, 0, last);
  const { map, note, atMs } = reel.instants[at] as MapInstant;
  const layout = layoutOfMaps([map], WIDTH, HEIGHT_MOST, reel.guestFrames);
  const legendTop = layout.height + MARGIN;
  const legend = legendSvg(reel, map, legendTop);
  const height = TITLE_HEIGHT + legendTop + legend.height + MARGIN;
  const seconds = (atMs / MS_PER_S).toFixed(2);
  const title = `${reel.name}, ${seconds} s${note === undefined ? '' : `: ${note}`}`;
  const box = `${-MARGIN} 0 ${WIDTH + 2 * MARGIN} ${height}`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${box}" width="${WIDTH + 2 * MARGIN}" height="${height}" font-family="sans-serif" font-size="12" role="img">` +
    `<title>${markupOf(title)}</title>` +
    `<rect x="${-MARGIN}" width="${WIDTH + 2 * MARGIN}" height="${height}" fill="${cssColour(paletteOf('light').paper)}"/>` +
    `<text y="20" font-size="14" font-weight="bold">${markupOf(title)}</text>` +
    `<g transform="translate(0 ${TITLE_HEIGHT})">${pictureSvg(reel, map, layout)}${legend.text}</g></svg>\n`
  );
}
