// Maps in a page: a canvas for each reel, one slider for all, a legend, a table. No library, no style of its own but MAP_CSS.

import { FRAMES_PER_MIB, MS_PER_S } from '../abi/unit.ts';
import type { MemoryMap } from './cells.ts';
import { MapCanvas } from './canvas.ts';
import { type LegendRow, NAMED_MOST, foldOwners, legendOf } from './legend.ts';
import { type Theme, cssColour, paletteOf } from './palette.ts';
import type { MapReel } from './reel.ts';

export interface MapViewOptions {
  readonly theme?: Theme;
  /** Largest height of a picture in CSS pixels. */
  readonly heightMost?: number;
  /** Owners that the legend names; more are one row. Of several reels, none unless it is said. */
  readonly namedMost?: number;
  /** Someone has chosen a cell: pages of it may be shown. */
  readonly onPick?: (reel: number, pfn: number) => void;
  /** What a moment is called, where it is not a time. */
  readonly momentText?: (atMs: number) => string;
  /** The slider stands at another moment now. */
  readonly onMoment?: (atMs: number) => void;
}

/** Maps that a page shows. */
export interface MapView {
  /** All moments of all reels, ascending. */
  readonly moments: readonly number[];
  /** Other reels in place of these; the slider goes to the last moment. */
  setReels(reels: readonly MapReel[]): void;
  /** Others with the same moments in place of these; the slider stays where it is. */
  exchange(reels: readonly MapReel[]): void;
  setTheme(theme: Theme): void;
  /** Shows a moment by its number. */
  show(at: number): void;
}

const HEIGHT_MOST = 420;
/** Between moments when they are played. */
const PLAY_MS = 120;

function made<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className: string,
  text = '',
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = text;
  return element;
}

function mib(frames: number): string {
  return (frames / FRAMES_PER_MIB).toFixed(1);
}

/** The last moment of a reel that is not after a time. */
function instantAt({ instants }: MapReel, atMs: number): number {
  const later = instants.findIndex((instant) => instant.atMs > atMs);
  return later < 0 ? instants.length - 1 : Math.max(0, later - 1);
}

function momentsOf(reels: readonly MapReel[]): number[] {
  const all = reels.flatMap(({ instants }) => instants.map(({ atMs }) => atMs));
  return [...new Set(all)].toSorted((a, b) => a - b);
}

/** Of a row: its colour, and frames and those with host memory, a figure a reel. */
interface Figures {
  readonly colour: number;
  readonly frames: number[];
  readonly backed: number[];
}

function legendItem(): HTMLLIElement {
  const item = made('li', '');
  item.append(made('span', 'gm-map-swatch'), made('span', ''), made('span', 'gm-map-size'));
  return item;
}

class Slider {
  readonly bar: HTMLDivElement = made('div', 'gm-map-bar');
  readonly #play: HTMLButtonElement = made('button', 'gm-map-play', '▶ Play');
  readonly #range: HTMLInputElement = document.createElement('input');
  readonly #said: HTMLOutputElement = document.createElement('output');
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(moved: (at: number) => void) {
    this.#play.type = 'button';
    this.#range.type = 'range';
    this.#range.min = '0';
    this.#range.setAttribute('aria-label', 'moment');
    this.#range.addEventListener('input', () => moved(Number(this.#range.value)));
    this.#play.addEventListener('click', () => this.#toggle(moved));
    this.bar.append(this.#play, this.#range, this.#said);
  }

  #toggle(moved: (at: number) => void): void {
    if (this.#timer !== undefined) {
      this.#stop();
      return;
    }
    const last = Number(this.#range.max);
    if (Number(this.#range.value) === last) moved(0);
    this.#play.textContent = '■ Stop';
    this.#timer = setInterval(() => {
      const next = Number(this.#range.value) + 1;
      if (next > last) this.#stop();
      else moved(next);
    }, PLAY_MS);
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#play.textContent = '▶ Play';
  }

  reset(moments: number): void {
    this.#stop();
    this.bar.hidden = moments < 2;
    this.#range.max = String(moments - 1);
  }

  set(at: number, text: string): void {
    this.#range.value = String(at);
    this.#range.setAttribute('aria-valuetext', text);
    this.#said.textContent = text;
  }
}

class Maps implements MapView {
  readonly #options: MapViewOptions;
  readonly #panes: HTMLDivElement = made('div', 'gm-map-panes');
  readonly #slider: Slider = new Slider((at) => this.show(at));
  readonly #legend: HTMLUListElement = made('ul', 'gm-map-legend');
  readonly #details: HTMLDetailsElement = made('details', 'gm-map-details');
  readonly #table: HTMLTableElement = made('table', 'gm-map-table');
  #theme: Theme;
  #reels: readonly MapReel[] = [];
  #canvases: MapCanvas[] = [];
  #at = 0;
  #shown: readonly MemoryMap[] = [];
  moments: readonly number[] = [];

  constructor(root: HTMLElement, options: MapViewOptions) {
    this.#options = options;
    this.#theme = options.theme ?? 'light';
    const details = this.#details;
    details.append(made('summary', '', 'The map as a table'), this.#table);
    details.addEventListener('toggle', () => this.#fillTable());
    root.classList.add('gm-map');
    root.replaceChildren(this.#slider.bar, this.#panes, this.#legend, details);
    // only the width is ours to follow: the height follows from it
    let width = root.clientWidth;
    new ResizeObserver(() => {
      if (root.clientWidth === width) return;
      width = root.clientWidth;
      for (const canvas of this.#canvases) canvas.fit();
      this.show(this.#at);
    }).observe(root);
  }

  setReels(reels: readonly MapReel[]): void {
    this.#put(reels);
    this.show(this.moments.length - 1);
  }

  exchange(reels: readonly MapReel[]): void {
    this.#put(reels);
    this.show(Math.min(this.#at, this.moments.length - 1));
  }

  #put(reels: readonly MapReel[]): void {
    this.#reels = reels;
    this.moments = momentsOf(reels);
    if (this.#canvases.length === reels.length) {
      this.#canvases.forEach((canvas, at) => canvas.setReel(reels[at] as MapReel));
    } else {
      const { heightMost = HEIGHT_MOST, onPick } = this.#options;
      this.#canvases = reels.map(
        (reel, at) => new MapCanvas(reel, heightMost, (pfn) => onPick?.(at, pfn)),
      );
      this.#panes.replaceChildren(...this.#canvases.map(({ figure }) => figure));
      for (const canvas of this.#canvases) canvas.fit();
    }
    this.#slider.reset(this.moments.length);
  }

  setTheme(theme: Theme): void {
    this.#theme = theme;
    this.show(this.#at);
  }

  show(at: number): void {
    const atMs = this.moments[at];
    if (atMs === undefined) return;
    this.#at = at;
    const notes = new Set<string>();
    const shown: MemoryMap[] = [];
    this.#reels.forEach((reel, pane) => {
      const instant = reel.instants[instantAt(reel, atMs)];
      if (instant === undefined) return;
      const isAlone = this.#reels.length === 1;
      if (isAlone && instant.note !== undefined) notes.add(instant.note);
      this.#canvases[pane]?.draw(instant.map, paletteOf(this.#theme));
      if (!isAlone) this.#canvases[pane]?.say(instant.note);
      shown.push(instant.map);
    });
    const note = [...notes].map((text) => `, ${text}`).join('');
    const { momentText } = this.#options;
    this.#slider.set(at, momentText?.(atMs) ?? `${(atMs / MS_PER_S).toFixed(2)} s${note}`);
    this.#shown = shown;
    this.#explain();
    this.#options.onMoment?.(atMs);
  }

  /** A row a name, a column of figures a reel. */
  #rowsOf(read: (rows: LegendRow[]) => LegendRow[]): [string, Figures][] {
    const palette = paletteOf(this.#theme);
    const rows = new Map<string, Figures>();
    this.#shown.forEach((map, pane) => {
      const reel = this.#reels[pane] as MapReel;
      for (const { name, colour, frames, backed } of read(legendOf(reel, map, palette))) {
        const row = rows.get(name) ?? { colour, frames: [], backed: [] };
        row.frames[pane] = frames;
        row.backed[pane] = backed;
        rows.set(name, row);
      }
    });
    return [...rows];
  }

  #explain(): void {
    // of several reels, equal names need not have equal colours
    const { namedMost = this.#reels.length > 1 ? 0 : NAMED_MOST } = this.#options;
    const entries = this.#rowsOf((rows) => foldOwners(rows, namedMost));
    if (this.#legend.children.length !== entries.length) {
      this.#legend.replaceChildren(...entries.map(legendItem));
    }
    entries.forEach(([name, { colour, frames }], at) => {
      const [swatch, title, size] = (this.#legend.children[at] as Element).children;
      (swatch as HTMLElement).style.background = cssColour(colour);
      (title as Element).textContent = name;
      const sizes = this.#shown.map((_, pane) => mib(frames[pane] ?? 0)).join(' | ');
      (size as Element).textContent = `${sizes} MiB`;
    });
    if (this.#details.open) this.#fillTable();
  }

  #fillTable(): void {
    const panes = this.#reels.length;
    const head = made('tr', '');
    const names = this.#reels.flatMap(({ name }) => {
      return [`${name}, MiB`, 'of it host-backed, MiB'];
    });
    head.append(...['memory', ...names].map((name) => made('th', '', name)));
    for (const cell of head.children) cell.setAttribute('scope', 'col');
    const body = this.#rowsOf((rows) => rows).map(([name, { frames, backed }]) => {
      const row = made('tr', '');
      const title = made('th', '', name);
      title.scope = 'row';
      row.append(title);
      for (let pane = 0; pane < panes; pane += 1) {
        row.append(made('td', '', mib(frames[pane] ?? 0)), made('td', '', mib(backed[pane] ?? 0)));
      }
      return row;
    });
    this.#table.replaceChildren(head, ...body);
  }
}

/** Shows reels in an element, which is theirs from now on. */
export function mountMapView(
  root: HTMLElement,
  reels: readonly MapReel[],
  options: MapViewOptions = {},
): MapView {
  const view = new Maps(root, options);
  view.setReels(reels);
  return view;
}
