/** Files of a real Linux beside the playground's page. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BIOS, type LinuxFlags, linuxFiles } from '../../../src/cli/linux.ts';
import { emptyFolder } from '../../support/folder.ts';

/** A place whose v86 is of a version; files of it hold their names. */
function placeWith(version: string): string {
  const folder = emptyFolder();
  mkdirSync(join(folder, 'node_modules/v86/build'), { recursive: true });
  writeFileSync(join(folder, 'node_modules/v86/package.json'), JSON.stringify({ version }));
  for (const name of ['libv86.mjs', 'v86.wasm']) {
    writeFileSync(join(folder, 'node_modules/v86/build', name), name);
  }
  mkdirSync(join(folder, 'node_modules/@xterm/xterm/lib'), { recursive: true });
  writeFileSync(join(folder, 'node_modules/@xterm/xterm/lib/xterm.mjs'), 'xterm.mjs');
  return join(folder, 'here');
}

/** The same without xterm.js. */
function placeWithout(): string {
  const place = placeWith('0.5.462');
  rmSync(join(dirname(place), 'node_modules/@xterm'), { recursive: true });
  return place;
}

const NOWHERE = join(emptyFolder(), 'here');
const THERE = placeWith('0.5.462+g5f9a90f');

function served(flags: LinuxFlags, ...places: string[]) {
  const site = linuxFiles(flags, places);
  const text = (path: string): string => new TextDecoder().decode(site.get(path));
  return { site, text, told: JSON.parse(text('/linux/served.json')) as Record<string, string> };
}

describe('a real Linux beside the page', () => {
  it('is v86 and xterm.js from the first place that has them, and the files that are named', () => {
    const folder = emptyFolder();
    const flags = { kernel: join(folder, 'vmlinuz'), bios: join(folder, 'bios') };
    writeFileSync(flags.kernel, 'kernel');
    writeFileSync(flags.bios, 'bios');
    const { text, told, site } = served(flags, NOWHERE, THERE);
    expect(told).toEqual({ kernel: 'vmlinuz', bios: 'bios' });
    expect(text('/linux/kernel.bin')).toBe('kernel');
    expect(text('/linux/bios.bin')).toBe('bios');
    expect(text('/linux/v86/libv86.mjs')).toBe('libv86.mjs');
    expect(site.has('/linux/v86/v86.wasm')).toBe(true);
    expect(text('/linux/xterm/xterm.mjs')).toBe('xterm.mjs');
  });

  it('has Debian’s SeaBIOS by itself, where it is there', () => {
    const { told } = served({}, THERE);
    expect(told).toEqual(existsSync(BIOS) ? { bios: 'bios.bin' } : {});
  });

  it.each([
    ['none', NOWHERE, /which is not installed: npm install v86@0\.5\.462 @xterm\/xterm/],
    ['one', placeWithout(), /needs xterm\.js, which is not installed: npm install v86/],
    ['another', placeWith('0.6.0'), /needs v86 0\.5\.462, found 0\.6\.0: npm install/],
  ])('with %s of v86 and no terminal is not served, and says so', (_, place, text) => {
    const { site, told } = served({}, place);
    expect(told['missing']).toMatch(text);
    expect([...site.keys()]).toEqual(['/linux/served.json']);
    expect(() => served({ initrd: 'x' }, place)).toThrow(text);
    expect(() => served({ initrd: 'x' }, place)).toThrow('--initrd: ');
  });

  it('refuses a file that is not there', () => {
    expect(() => served({ kernel: '/no/vmlinuz' }, THERE)).toThrow(
      '--kernel: cannot read /no/vmlinuz',
    );
  });
});
