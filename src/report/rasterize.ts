// Pictures as PNG: a browser that is here draws the SVG, and its own words are read from what it prints.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FUNCTION, type Shape, TEXT, expectShape, isCrowded } from '../check/index.ts';
import { OutputError } from './output-error.ts';
import { withScratch } from './scratch.ts';

/** Names under which Chromium is installed, and where a user may say that it is. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'chrome', 'msedge'];
const VARIABLE = 'CHROMIUM';
/** Pictures of one start of it. */
const PICTURES = 20;
/** Pixels of a file for each of the picture: paper is looked at closely. */
const SCALE = 2;

const FLAGS = ['--headless', '--disable-gpu', '--no-first-run', '--disable-background-networking'];

/** Draws each picture when all are there, and leaves the bytes as text, a paragraph each. */
const SCRIPT = `addEventListener('load', () => {
  for (const picture of [...document.images]) {
    const canvas = document.createElement('canvas');
    canvas.width = picture.naturalWidth * ${SCALE};
    canvas.height = picture.naturalHeight * ${SCALE};
    canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
    const text = document.createElement('p');
    text.textContent = canvas.toDataURL();
    picture.replaceWith(text);
  }
});`;

function pageOf(svgs: readonly string[]): string {
  const images = svgs.map((svg) => {
    return `<img src="data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}">`;
  });
  return `<!doctype html><meta charset="utf-8"><body>${images.join('\n')}<script>${SCRIPT}</script></body>`;
}

/** Who hears how the pictures come along. */
export interface PngOptions {
  /** Hears how many pictures are done, of how many. */
  readonly told?: ((done: number, total: number) => void) | undefined;
  /** Hears of the process and the folder that are begun, which both end with the call. */
  readonly begun?:
    ((left: { readonly pid: number } | { readonly scratch: string }) => void) | undefined;
}

const OPTIONS: Shape = { 'told?': FUNCTION, 'begun?': FUNCTION };

/** What a browser prints; undefined: it is not there. */
async function printedBy(
  name: string,
  args: readonly string[],
  { begun }: PngOptions,
): Promise<string | undefined> {
  const child = spawn(name, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  if (child.pid !== undefined) begun?.({ pid: child.pid });
  const parts: Uint8Array[] = [];
  child.stdout.on('data', (bytes: Uint8Array) => void parts.push(bytes));
  try {
    await once(child, 'close');
  } catch (error) {
    if (isCrowded(error)) throw error;
    return undefined;
  }
  return Buffer.concat(parts).toString('utf8');
}

/** Starts the first of the browsers that is there. */
async function printed(page: string, profile: string, options: PngOptions): Promise<string> {
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const args = [...FLAGS, ...asRoot, `--user-data-dir=${profile}`, '--dump-dom', page];
  const own = process.env[VARIABLE];
  for (const name of own === undefined ? NAMES : [own]) {
    const text = await printedBy(name, args, options);
    if (text !== undefined) return text;
  }
  const found = own === undefined ? 'none' : JSON.stringify(own);
  throw new OutputError(
    'PNG',
    `expected Chromium (on the path, or where ${VARIABLE} says), found ${found}`,
  );
}

async function drawn(
  svgs: readonly string[],
  folder: string,
  options: PngOptions,
): Promise<Uint8Array[]> {
  const file = join(folder, 'pictures.html');
  writeFileSync(file, pageOf(svgs));
  const text = await printed(pathToFileURL(file).href, join(folder, 'profile'), options);
  const found = [...text.matchAll(/<p>data:image\/png;base64,([^<]+)<\/p>/g)];
  if (found.length === svgs.length) {
    return found.map(([, bytes = '']) => Buffer.from(bytes, 'base64'));
  }
  throw new OutputError(
    'PNG',
    `expected ${svgs.length} pictures from Chromium, found ${found.length}`,
  );
}

/**
 * SVGs as PNGs, in their order, twice as many pixels: drawn by a Chromium that is on the path or where `CHROMIUM` says. For
 * `writeFigures`' `rasterize`. Rejects with `OutputError` where none is.
 *
 * @example
 * await writeFigures(reportOf('out'), 'pictures', { width: 960, rasterize: (svgs) => pngsOf(svgs) });
 */
export async function pngsOf(
  svgs: readonly string[],
  options: PngOptions = {},
): Promise<Uint8Array[]> {
  expectShape('svgs', svgs, [TEXT]);
  const { told, begun } = expectShape('options', options, OPTIONS);
  const work = async (folder: string): Promise<Uint8Array[]> => {
    const all: Uint8Array[] = [];
    for (let at = 0; at < svgs.length; at += PICTURES) {
      all.push(...(await drawn(svgs.slice(at, at + PICTURES), folder, options)));
      told?.(all.length, svgs.length);
    }
    return all;
  };
  return withScratch('png', work, (scratch) => begun?.({ scratch }));
}
