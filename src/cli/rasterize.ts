// Pictures as PNG: a browser that is here draws the SVG, and its own words are read from what it prints. One start for all.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { GIB } from '../abi/unit.ts';
import { UsageError } from './fault.ts';

/** Names under which Chromium is installed, and where a user may say that it is. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'chrome', 'msedge'];
const VARIABLE = 'CHROMIUM';
const OUTPUT_MOST = GIB / 2;
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

/** Starts the first of the browsers that is there. */
function printed(page: string, profile: string): string {
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const args = [...FLAGS, ...asRoot, `--user-data-dir=${profile}`, '--dump-dom', page];
  const own = process.env[VARIABLE];
  for (const name of own === undefined ? NAMES : [own]) {
    const { error, stdout } = spawnSync(name, args, { encoding: 'utf8', maxBuffer: OUTPUT_MOST });
    if (error === undefined) return stdout;
  }
  const found = own === undefined ? 'none' : JSON.stringify(own);
  throw new UsageError(
    `--png: expected Chromium (on the path, or where ${VARIABLE} says), found ${found}`,
  );
}

/** The bytes of each picture as PNG. Throws UsageError where no browser is. */
export function pngsOf(svgs: readonly string[]): Uint8Array[] {
  const folder = mkdtempSync(join(tmpdir(), 'guestmem-png-'));
  try {
    const file = join(folder, 'pictures.html');
    writeFileSync(file, pageOf(svgs));
    const text = printed(pathToFileURL(file).href, join(folder, 'profile'));
    const drawn = [...text.matchAll(/<p>data:image\/png;base64,([^<]+)<\/p>/g)];
    if (drawn.length === svgs.length) {
      return drawn.map(([, bytes = '']) => Buffer.from(bytes, 'base64'));
    }
    throw new UsageError(
      `--png: expected ${svgs.length} pictures from Chromium, found ${drawn.length}`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
