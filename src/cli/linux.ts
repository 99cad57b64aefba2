// What the playground's page of a real Linux needs beside it: v86 and xterm.js, which are the user's, and the machine's files.

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { UsageError } from './fault.ts';

export interface LinuxFlags {
  readonly kernel?: string;
  readonly initrd?: string;
  readonly bios?: string;
}

/** Where Debian's package seabios has it. */
export const BIOS = '/usr/share/seabios/bios.bin';

/** The adapter uses names of v86 that are not its public face: exactly this one. */
const VERSION = '0.5.462';
const INSTALL = `npm install v86@${VERSION} @xterm/xterm, then guestmem play again`;
const FILES = ['libv86.mjs', 'v86.wasm'];

/** v86's folder beside guestmem, or where the command is called; or why there is none. */
function v86Folder(places: readonly string[]): { folder: string } | { missing: string } {
  for (const place of places) {
    let manifest: string;
    try {
      manifest = createRequire(place).resolve('v86/package.json');
    } catch {
      continue;
    }
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
    if (version.split('+')[0] === VERSION) return { folder: join(dirname(manifest), 'build') };
    return { missing: `A real Linux needs v86 ${VERSION}, found ${version}: ${INSTALL}.` };
  }
  return { missing: `A real Linux needs v86, which is not installed: ${INSTALL}.` };
}

/** xterm.js's script, from the first of the places that has it. */
function terminalScript(places: readonly string[]): Uint8Array | undefined {
  for (const place of places) {
    try {
      return readFileSync(createRequire(place).resolve('@xterm/xterm/lib/xterm.mjs'));
    } catch {
      continue;
    }
  }
  return undefined;
}

/** What the page loads of others; or why there is none. */
function othersIn(places: readonly string[]): Map<string, Uint8Array> | { missing: string } {
  const v86 = v86Folder(places);
  if ('missing' in v86) return v86;
  const terminal = terminalScript(places);
  if (terminal === undefined) {
    return { missing: `A real Linux needs xterm.js, which is not installed: ${INSTALL}.` };
  }
  const scripts = FILES.map((name) => {
    return [`/linux/v86/${name}`, readFileSync(join(v86.folder, name))] as const;
  });
  return new Map<string, Uint8Array>([...scripts, ['/linux/xterm/xterm.mjs', terminal]]);
}

function read(option: string, file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch {
    throw new UsageError(`--${option}: cannot read ${file}`);
  }
}

function servedFile(served: Readonly<Record<string, string>>): [string, Uint8Array] {
  return ['/linux/served.json', new TextEncoder().encode(JSON.stringify(served))];
}

/** All that there is, by its path on the site. Throws UsageError for a file that cannot be read, and for files without v86 or xterm.js. */
export function linuxFiles(
  flags: LinuxFlags,
  places: readonly string[] = [import.meta.url, join(process.cwd(), 'here')],
): Map<string, Uint8Array> {
  const asked = Object.entries(flags) as [keyof LinuxFlags, string][];
  const found = othersIn(places);
  if ('missing' in found) {
    const [first] = asked;
    if (first !== undefined) throw new UsageError(`--${first[0]}: ${found.missing}`);
    return new Map([servedFile(found)]);
  }
  const files = { ...(existsSync(BIOS) && { bios: BIOS }), ...Object.fromEntries(asked) };
  const names = Object.entries(files).map(([name, file]) => {
    found.set(`/linux/${name}.bin`, read(name, file));
    return [name, basename(file)] as const;
  });
  return found.set(...servedFile(Object.fromEntries(names)));
}
