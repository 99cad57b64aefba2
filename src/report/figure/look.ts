/**
 * Colours, light and dark. Hues are Okabe and Ito's, told apart by colour-blind readers, each dark (or light) enough for its paper
 * (3:1). There are seven, so that systems also differ in their dashes: a pair of both is one system's everywhere.
 */
import { COLOURS } from './colour.ts';
import { FOOTPRINT_CAUSES } from '../results.ts';
import type { Palette } from './spec.ts';

export type Theme = {
  readonly paper: string;
  readonly ink: string;
  readonly muted: string;
  readonly grid: string;
  readonly systems: readonly string[];
  readonly causes: readonly string[];
  readonly steps: readonly string[];
  /** On parts of bars. */
  readonly onPart: string;
};

/** No colour stands twice in a theme: static pictures name them by their place (`colourNames`). */
export const LIGHT: Theme = {
  paper: '#ffffff',
  ink: '#1c2430',
  muted: '#566070',
  grid: '#dfe3e9',
  systems: COLOURS,
  causes: ['#4c72b0', '#718ab8', '#3f8f5f', '#bf7a10', '#c2404f', '#8160b0', '#707070'],
  steps: [
    '#6b7280',
    '#7c5cbf',
    '#1f77b4',
    '#c05a00',
    '#277a4b',
    '#0e7490',
    '#5b6fb5',
    '#b5485d',
    '#8a6d1a',
    '#a0567f',
    '#3b7a3b',
    '#455a64',
    '#a85a14',
  ],
  onPart: '#fefefe',
};

export const DARK: Theme = {
  paper: '#12161c',
  ink: '#e8ecf2',
  muted: '#a3adbb',
  grid: '#2f3742',
  systems: ['#5aa9f0', '#ff9650', '#3fd0a0', '#e79bd2', '#d8bb40', '#9ad9ff', '#d9d9d9'],
  causes: ['#6f95d6', '#a9bbe0', '#62bd85', '#e9ab4a', '#ef7482', '#ab8be0', '#a0a0a0'],
  steps: [
    '#9aa3b2',
    '#ab8ff0',
    '#58a8e6',
    '#f08c3a',
    '#5cc48b',
    '#3fb3cf',
    '#93a5ea',
    '#e88297',
    '#cbab4a',
    '#d68bb4',
    '#79bb79',
    '#8fa6b2',
    '#e79a55',
  ],
  onPart: '#0c0f13',
};

/** The colours of a theme by the names that styles have for them. */
export function colourNames(theme: Theme): Map<string, string> {
  const { paper, ink, muted, grid, onPart, systems, causes, steps } = theme;
  const lists = { s: systems, c: causes, t: steps };
  return new Map([
    ...Object.entries({ paper, ink, muted, grid, part: onPart }),
    ...Object.entries(lists).flatMap(([letter, list]) =>
      list.map((colour, at): [string, string] => [`${letter}${at}`, colour]),
    ),
  ]);
}

const DASHES = ['solid', [7, 3], [2, 2], [9, 3, 2, 3]] as const;

export type Stroke = { readonly color: string; readonly type: (typeof DASHES)[number] };

/** Names of a palette in their order. */
export type Order = { readonly systems: readonly string[] };

/** How something of that name is drawn. */
export function strokeOf(
  theme: Theme,
  palette: Palette,
  { systems }: Order,
  name: string,
  index: number,
): Stroke {
  const list = theme[palette];
  const places: Readonly<Record<Palette, readonly string[]>> = {
    systems,
    causes: FOOTPRINT_CAUSES,
    steps: [],
  };
  const found = places[palette].indexOf(name);
  const place = found < 0 ? index : found;
  const round = palette === 'systems' ? Math.floor(place / list.length) : 0;
  return { color: list[place % list.length]!, type: DASHES[round % DASHES.length]! };
}

/** What echarts is told. */
export type Option = Record<string, unknown>;

/** How it is drawn this time. */
export type Look = {
  readonly theme: Theme;
  readonly width: number;
  /** All systems of the run: each has its colour by its place. */
  readonly systems: readonly string[];
  /** Names that are left out. */
  readonly hidden: ReadonlySet<string>;
  /** For a picture that stands alone: title and legend are in it. */
  readonly isAlone?: boolean;
  /** Answers to a pointer, in the page. */
  readonly tooltip?: Option;
};
