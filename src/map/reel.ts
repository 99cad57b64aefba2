// Maps of one guest at several moments, and the form in which they lie in a file: each column of cells as what differs from the
// moment before, runs of equal bytes packed, as base64 in JSON.

import {
  COUNT,
  NUMBER,
  OBJECT,
  RefusedArgument,
  type Shape,
  TEXT,
  expectInteger,
  expectObject,
  expectShape,
} from '../check/index.ts';
import { CELL_COLUMNS, type MemoryMap, emptyCells, expectMap } from './cells.ts';
import { pack, unpack } from './packbits.ts';
import { USES_MOST, USE_NAMES, USE_OWNER } from './use.ts';

export interface MapInstant {
  readonly atMs: number;
  /** What happened just now, if there is something to say. */
  readonly note?: string;
  readonly map: MemoryMap;
}

/** A region whose blocks of a size of their own come and go: the CZones'. */
export interface MapRegion {
  readonly start: number;
  readonly frames: number;
  readonly blockFrames: number;
}

/** Maps of one guest over time, for `mountMapView`, `mapSvg` and `mapText`. */
export interface MapReel {
  /** System, recording or policy. */
  readonly name: string;
  /** What of it is drawn, where a name does not say it: a function. */
  readonly subject?: string | undefined;
  /** By index: the kernel's zones, then CZones. */
  readonly zones: readonly string[];
  /** By code from USE_OWNER on. */
  readonly owners: readonly string[];
  /** The CZones' region, if there is one. */
  readonly region?: MapRegion | undefined;
  /** Of a map of several guests, one after the other: frames of each one's place. */
  readonly guestFrames?: number | undefined;
  /** All of the same frames; at least one. */
  readonly instants: readonly MapInstant[];
}

/** A reel as JSON has it. */
export interface EncodedReel {
  /** Version of this form. */
  readonly schema: 1;
  /** System, recording or policy. */
  readonly name: string;
  /** What of it is drawn, where a name does not say it. */
  readonly subject?: string | undefined;
  /** Names by index: the kernel's zones, then CZones. */
  readonly zones: readonly string[];
  /** Names of owners, by their code. */
  readonly owners: readonly string[];
  /** The CZones' region, if there is one. */
  readonly region?: MapRegion | undefined;
  /** Frames of each guest's place, where the maps are of several. */
  readonly guestFrames?: number | undefined;
  /** The first frame that is shown. */
  readonly start: number;
  /** Frames that are shown. */
  readonly count: number;
  /** Frames in a cell. */
  readonly cellFrames: number;
  /** The map at each instant, cells packed as text. */
  readonly instants: readonly {
    readonly atMs: number;
    readonly note?: string | undefined;
    /** [use, frames, of them with host memory] of each use that there is. */
    readonly frames: readonly (readonly [number, number, number])[];
    readonly cells: string;
  }[];
}

const SCHEMA = 1;
/** More than any guest has pages: 16 TiB of them. */
const CELLS_MOST = 2 ** 32;
/** String.fromCharCode takes so many arguments for sure. */
const PIECE = 8192;

/** What a use is called in a reel. */
export function useName({ owners }: Pick<MapReel, 'owners'>, use: number): string {
  return USE_NAMES[use] ?? owners[use - USE_OWNER] ?? `container ${use - USE_OWNER + 1}`;
}

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += PIECE) {
    text += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  }
  return btoa(text);
}

function fromBase64(text: string): Uint8Array {
  if (text.length % 4 > 0 || !/^[A-Za-z\d+/]*={0,2}$/.test(text)) {
    throw new RefusedArgument('reel.cells', 'base64', text);
  }
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

function bytesOf({ cells }: MemoryMap): Uint8Array {
  const { length } = cells.use;
  const all = new Uint8Array(length * CELL_COLUMNS.length);
  CELL_COLUMNS.forEach((name, column) => all.set(cells[name], column * length));
  return all;
}

function differ(bytes: Uint8Array, before: Uint8Array | undefined): Uint8Array {
  return before === undefined ? bytes : bytes.map((byte, at) => byte ^ (before[at] as number));
}

function totalsOf({ frames, backed }: MemoryMap): [number, number, number][] {
  const all = [...frames].map((here, use): [number, number, number] => {
    return [use, here, backed[use] as number];
  });
  return all.filter(([, here]) => here > 0);
}

const ABOUT: Readonly<Record<string, Shape>> = {
  name: TEXT,
  'subject?': TEXT,
  zones: [TEXT],
  owners: [TEXT],
  'region?': { start: COUNT, frames: COUNT, blockFrames: COUNT },
  'guestFrames?': COUNT,
};

/** Of an encoded reel, but for its schema: what its cells say is seen when they are unpacked. */
export const ENCODED: Shape = {
  ...ABOUT,
  start: COUNT,
  count: COUNT,
  cellFrames: COUNT,
  instants: [{ atMs: NUMBER, frames: [[COUNT, COUNT, COUNT]], cells: TEXT, 'note?': TEXT }],
};

/** The reel, if it is one. */
export function expectReel(reel: MapReel): MapReel {
  expectShape('reel', reel, { ...ABOUT, instants: [{ atMs: NUMBER, map: OBJECT, 'note?': TEXT }] });
  for (const { map } of reel.instants) expectMap(map);
  return reel;
}

/** A reel as JSON has it; `decodeReel` is the way back. Throws RefusedArgument for one without a map. */
export function encodeReel(reel: MapReel): EncodedReel {
  const { name, subject, zones, owners, region, guestFrames, instants } = expectReel(reel);
  const first = instants[0]?.map;
  if (first === undefined) throw new RefusedArgument('reel', 'a map or more', 'none');
  const { start, count, cellFrames } = first;
  let before: Uint8Array | undefined;
  const encoded = instants.map(({ atMs, note, map }) => {
    const bytes = bytesOf(map);
    const cells = toBase64(pack(differ(bytes, before)));
    before = bytes;
    return { atMs, ...(note === undefined ? {} : { note }), frames: totalsOf(map), cells };
  });
  const about = {
    ...(subject === undefined ? {} : { subject }),
    ...(region === undefined ? {} : { region }),
    ...(guestFrames === undefined ? {} : { guestFrames }),
  };
  const range = { start, count, cellFrames };
  return { schema: SCHEMA, name, zones, owners, ...about, ...range, instants: encoded };
}

/** Throws RefusedArgument for what no encodeReel wrote. */
export function decodeReel(encoded: EncodedReel): MapReel {
  const { schema, name, subject, zones, owners, region, guestFrames } = expectObject(
    'reel',
    encoded,
  );
  const { start, count, cellFrames } = encoded;
  if (schema !== SCHEMA) throw new RefusedArgument('reel.schema', String(SCHEMA), schema);
  expectShape('reel', encoded, ENCODED);
  const length = Math.ceil(count / expectInteger('reel.cellFrames', cellFrames, 1));
  expectInteger('reel.count', length, 0, CELLS_MOST);
  let before: Uint8Array | undefined;
  const instants = encoded.instants.map(({ atMs, note, frames, cells: text }): MapInstant => {
    const packed = unpack(fromBase64(text), length * CELL_COLUMNS.length);
    if (packed === undefined) throw new RefusedArgument('reel.cells', `${length} cells`, 'others');
    const bytes = differ(packed, before);
    before = bytes;
    const cells = emptyCells(length);
    CELL_COLUMNS.forEach((column, at) => {
      cells[column].set(bytes.subarray(at * length, (at + 1) * length));
    });
    const totals = new Uint32Array(USES_MOST);
    const backed = new Uint32Array(USES_MOST);
    for (const [use, all, ofThem] of frames) {
      totals[use] = all;
      backed[use] = ofThem;
    }
    const map = { start, count, cellFrames, cells, frames: totals, backed };
    return { atMs, ...(note === undefined ? {} : { note }), map };
  });
  return { name, subject, zones, owners, region, guestFrames, instants };
}
