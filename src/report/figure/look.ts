/**
 * Colours, light and dark. Each list was sought by computer: as far apart as they come in OKLab for normal, protan, deutan and tritan
 * eyes (Machado et al. 2009), each with the contrast to its paper that WCAG asks (3:1; of bars, whose parts have text on them, 4.5:1).
 * Parts that touch in a bar are the farthest apart. The first systems stay far apart where there are few.
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
  causes: ['#2f5fb0', '#b85000', '#800000', '#502090', '#9000ff', '#1d7a42', '#204050'],
  steps: [
    '#1f6fb0',
    '#4010c0',
    '#107050',
    '#c030d0',
    '#803070',
    '#506000',
    '#e01070',
    '#8050ff',
    '#105040',
    '#700080',
    '#907000',
    '#0000f0',
    '#504000',
    '#d000a0',
  ],
  onPart: '#fefefe',
};

export const DARK: Theme = {
  paper: '#12161c',
  ink: '#e8ecf2',
  muted: '#a3adbb',
  grid: '#2f3742',
  systems: [
    '#5aa9f0',
    '#ff9650',
    '#c04040',
    '#10ffff',
    '#4060e0',
    '#e0f000',
    '#9060a0',
    '#d07000',
    '#e0b0b0',
    '#b08080',
    '#70d0ff',
    '#7080ff',
    '#a0f0a0',
    '#ff60c0',
  ],
  causes: ['#6f95d6', '#ffae42', '#d0e0ff', '#809000', '#50ffa0', '#62bd85', '#c0b0ff'],
  steps: [
    '#58a8e6',
    '#ff8000',
    '#ffe000',
    '#ff90b0',
    '#ff10b0',
    '#b0d070',
    '#5080ff',
    '#ff3000',
    '#d0e0b0',
    '#40d0f0',
    '#a08060',
    '#80f0f0',
    '#c0a070',
    '#8080c0',
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
  const dash = palette === 'systems' ? place + Math.floor(place / list.length) : 0;
  return { color: list[place % list.length]!, type: DASHES[dash % DASHES.length]! };
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
