// guestmem map: memory of a recording or of a run as a picture, at a moment or through its time.

import { existsSync } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';
import { deflateSync } from 'node:zlib';
import { Command } from 'commander';
import { KIB, MS_PER_S } from '../abi/unit.ts';
import {
  MAP_SVG_MARK,
  type MapReel,
  PNG_MARK,
  decodeReel,
  encodeReel,
  instantAt,
  mapPng,
  mapSvg,
  pngAbout,
} from '../map/index.ts';
import { PAGE_POLICIES, REEL_KINDS, captureReel, openCapture } from '../recording/index.ts';
import { OutputFolder, aboutOf, svgAbout } from '../report/node.ts';
import { telling, writesInto } from './apart.ts';
import { choice, fileToWrite, wholeNumber } from './argument.ts';
import { UsageError } from './fault.ts';
import { madeNow } from './made.ts';
import { printMap } from './map-text.ts';
import { reportIn } from './report.ts';
import { print } from './terminal.ts';
import { wroteLine } from './wrote.ts';

const MOMENTS = 50;
const MOMENTS_MOST = 1000;
const JSON_SPACE = 2;
/** Room that is looked for before the work. */
const USUAL_BYTES = 256 * KIB;

interface MapFlags {
  readonly by?: string;
  readonly at?: string;
  readonly moments?: string;
  readonly out?: string;
  readonly force?: boolean;
}

/** The last moment that is not after so many seconds. */
function instantOf(reel: MapReel, text: string | undefined): number {
  if (text === undefined) return reel.instants.length - 1;
  if (!/^\d+(\.\d+)?$/.test(text)) {
    throw new UsageError(`--at: expected seconds, 0 or more, found ${JSON.stringify(text)}`);
  }
  return instantAt(reel, Number(text) * MS_PER_S);
}

interface Writer {
  /** What stands in such a file, and in few others. */
  readonly mark: RegExp;
  readonly contentOf: (reel: MapReel, at: number, about: object) => string | Uint8Array;
}

const WRITERS: Readonly<Record<string, Writer>> = {
  '.svg': {
    mark: MAP_SVG_MARK,
    contentOf: (reel, at, about) => svgAbout(mapSvg(reel, at), about),
  },
  '.png': {
    mark: PNG_MARK,
    contentOf: (reel, at, about) => pngAbout(mapPng(reel, deflateSync, at), about),
  },
  '.json': {
    mark: /^\{\s*"schema": \d,\s*"name": ".*",\s*"zones": \[/,
    contentOf: (reel, _at, about) =>
      `${JSON.stringify({ ...encodeReel(reel), about }, null, JSON_SPACE)}\n`,
  },
};

function writerOf(path: string): Writer {
  const writer = WRITERS[extname(path).toLowerCase()];
  if (writer !== undefined) return writer;
  const endings = Object.keys(WRITERS).join(', ');
  throw new UsageError(`--out: expected a file that ends in one of ${endings}, found "${path}"`);
}

/** Of what a map is drawn, and by what. */
interface Drawn {
  readonly makeReel: () => Promise<MapReel>;
  readonly of: object;
}

/** The place of the file is looked at before the recording is read. */
async function writeMap(
  path: string,
  { makeReel, of }: Drawn,
  { at, force }: MapFlags,
): Promise<void> {
  const { folder, name } = fileToWrite('--out', path);
  const { mark, contentOf } = writerOf(path);
  const file = { name, mark, usualBytes: USUAL_BYTES };
  const output = new OutputFolder(folder, [file], { isForced: force, ...writesInto(folder) });
  try {
    const reel = await makeReel();
    const content = contentOf(reel, instantOf(reel, at), { of, ...madeNow() });
    print(wroteLine(output.write([{ name, content }])));
  } finally {
    output.close();
  }
}

/** What a replay has drawn of a system. */
function reelOfRun(folder: string, { by, moments }: MapFlags): Drawn {
  const { results, details } = reportIn(folder);
  const { maps = [] } = details;
  const [first] = maps;
  if (first === undefined) {
    throw new UsageError(`${folder}: expected a run with memory maps (replay --maps), found none`);
  }
  if (moments !== undefined) {
    throw new UsageError(`--moments: expected a recording; a run has those of replay --maps`);
  }
  const names = maps.map(({ name }) => name);
  const chosen = by === undefined ? first.name : choice('--by', by, names);
  const reel = decodeReel(maps.find(({ name }) => name === chosen) ?? first);
  return { makeReel: async () => reel, of: aboutOf(results) };
}

/** Makes the reel that is asked for; what is asked is checked at once. */
function drawnOf(folder: string, flags: MapFlags): Drawn {
  if (existsSync(join(folder, 'results.json'))) return reelOfRun(folder, flags);
  const by = choice('--by', flags.by ?? 'guided', REEL_KINDS);
  const moments =
    flags.moments === undefined
      ? MOMENTS
      : wholeNumber('--moments', flags.moments, 2, MOMENTS_MOST);
  const makeReel = async (): Promise<MapReel> => {
    const capture = await openCapture(folder, telling('bytes'));
    return captureReel(capture, { by, moments, onProgress: telling('commands') });
  };
  return { makeReel, of: { recording: basename(resolve(folder)), by } };
}

async function run(folder: string, flags: MapFlags): Promise<void> {
  const drawn = drawnOf(folder, flags);
  if (flags.out !== undefined) return writeMap(flags.out, drawn, flags);
  const reel = await drawn.makeReel();
  printMap(reel, instantOf(reel, flags.at));
}

export function mapCommand(): Command {
  const policies = PAGE_POLICIES.map(({ name }) => name).join(', ');
  return new Command('map')
    .argument('<folder>', 'of a recording, or of a run that replay has written')
    .option(
      '--by <name>',
      `of a recording: as verify has it, guided or free-running (default: guided), or as a policy of pages would: ${policies}; of a run: a system (default: the first)`,
    )
    .option('--at <seconds>', 'moment of the recording or run (default: its end)')
    .option('--moments <n>', `moments at which the guest is looked at (default: ${MOMENTS})`)
    .option('--out <file>', 'picture (.svg, .png), or all moments as data (.json)')
    .option('--force', 'replace a file of that name which guestmem did not write')
    .action(run);
}
