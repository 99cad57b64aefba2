// Colours of a map, as 0xRRGGBB: for light and for dark paper.

import { ORDERS } from '../abi/unit.ts';
import { SHARE_ALL } from './cells.ts';
import {
  USES_MOST,
  USE_BALLOON,
  USE_FILE,
  USE_FREE,
  USE_IMAGE,
  USE_ISOLATED,
  USE_KERNEL,
  USE_MOVABLE,
  USE_NONE,
  USE_OFFLINE,
  USE_OWNER,
  USE_PER_CPU,
  USE_POOL,
  USE_SYSTEM,
  USE_TABLES,
} from './use.ts';

export type Theme = 'light' | 'dark';

export interface Palette {
  readonly paper: number;
  readonly ink: number;
  /** Borders of zones. */
  readonly border: number;
  /** Borders of blocks of the CZones' region. */
  readonly block: number;
  /** Marks on a cell. */
  readonly mark: number;
  /** By USE_*. */
  readonly use: readonly number[];
  /** Free memory without and with host memory behind it, by the order of the largest block plus one. */
  readonly free: readonly number[];
  readonly freeBacked: readonly number[];
}

/** Hues that stay apart for colour-blind eyes (after Okabe and Ito), then in between. */
const OWNERS: readonly number[] = [
  0xe69f00, 0xd55e00, 0xcc79a7, 0x9c4fd0, 0xb8860b, 0xe0457b, 0xf2b38b, 0x8b3a1e, 0xd9c02f,
  0xa63d8f, 0xff8f66, 0x6f4aa8,
];

const BITS = 8;
const BYTE = 255;

function between(a: number, b: number, shift: number, share: number): number {
  const from = (a >> shift) & BYTE;
  return Math.round(from + ((((b >> shift) & BYTE) - from) * share) / SHARE_ALL) << shift;
}

/** `share` of `b` in `a`, of 255. */
export function mix(a: number, b: number, share: number): number {
  if (share <= 0) return a;
  if (share >= SHARE_ALL) return b;
  return between(a, b, 0, share) | between(a, b, BITS, share) | between(a, b, 2 * BITS, share);
}

function ramp(small: number, large: number): number[] {
  return Array.from({ length: ORDERS + 1 }, (_, at) => {
    return mix(small, large, Math.round((SHARE_ALL * at) / ORDERS));
  });
}

/** Later turns of the hues are nearer to the paper. */
function ownerColours(paper: number): number[] {
  return Array.from({ length: USES_MOST - USE_OWNER }, (_, at) => {
    const turn = Math.min(3, Math.floor(at / OWNERS.length));
    return mix(OWNERS[at % OWNERS.length] as number, paper, turn * 48);
  });
}

type Fixed = Readonly<Record<number, number>>;

function uses(fixed: Fixed, paper: number): number[] {
  const kinds = Array.from({ length: USE_OWNER }, (_, use) => fixed[use] ?? 0);
  return [...kinds, ...ownerColours(paper)];
}

const LIGHT_PAPER = 0xffffff;
const DARK_PAPER = 0x14171c;

const light = (): Palette => ({
  paper: LIGHT_PAPER,
  ink: 0x1d2430,
  border: 0x1d2430,
  block: 0x9aa6d8,
  mark: 0x111111,
  use: uses(
    {
      [USE_NONE]: 0xffffff,
      [USE_OFFLINE]: 0xebecf0,
      [USE_POOL]: 0xd6dcf5,
      [USE_FREE]: 0xdff1e4,
      [USE_PER_CPU]: 0xbfd8c6,
      [USE_ISOLATED]: 0xf7d6d6,
      [USE_BALLOON]: 0x7a3fa0,
      [USE_IMAGE]: 0x2b303b,
      [USE_KERNEL]: 0x5d6675,
      [USE_TABLES]: 0x93866f,
      [USE_FILE]: 0x2a78b8,
      [USE_SYSTEM]: 0x98a4b8,
      [USE_MOVABLE]: 0x79a9d6,
    },
    LIGHT_PAPER,
  ),
  free: ramp(0xf6f3e4, 0xe4f4e8),
  freeBacked: ramp(0xa9cf8a, 0x45b08c),
});

const dark = (): Palette => ({
  paper: DARK_PAPER,
  ink: 0xe6e9ef,
  border: 0xe6e9ef,
  block: 0x5a68a8,
  mark: 0xffffff,
  use: uses(
    {
      [USE_NONE]: 0x14171c,
      [USE_OFFLINE]: 0x23272e,
      [USE_POOL]: 0x2c3560,
      [USE_FREE]: 0x1f3328,
      [USE_PER_CPU]: 0x39604a,
      [USE_ISOLATED]: 0x6b3434,
      [USE_BALLOON]: 0xa86fd0,
      [USE_IMAGE]: 0x8a93a3,
      [USE_KERNEL]: 0x6a7486,
      [USE_TABLES]: 0xa39473,
      [USE_FILE]: 0x3f93d6,
      [USE_SYSTEM]: 0x4d596c,
      [USE_MOVABLE]: 0x5f8fbd,
    },
    DARK_PAPER,
  ),
  free: ramp(0x2b2a22, 0x1e2f26),
  freeBacked: ramp(0x5d7d43, 0x2f8f70),
});

/** Made when first used: mixing the owners' colours would be more work than loading all else. */
const made = new Map<boolean, Palette>();

export function paletteOf(theme: Theme): Palette {
  const isDark = theme === 'dark';
  const known = made.get(isDark);
  if (known !== undefined) return known;
  const palette = isDark ? dark() : light();
  made.set(isDark, palette);
  return palette;
}

/** A colour as CSS and SVG write it. */
export function cssColour(colour: number): string {
  return `#${colour.toString(16).padStart(6, '0')}`;
}
