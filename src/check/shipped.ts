// Files that are shipped beside the code: as they are in a clone, packed with brotli in the package, alone or together
// (package/bundle.mjs).

import { builtin } from './builtin.ts';

const NEWLINE = 0x0a;

/** The bytes of a shipped file. Undefined: it is not there, or the runtime has no files. */
export function shippedFile(place: URL): Uint8Array<ArrayBuffer> | undefined {
  const files = builtin('node:fs');
  if (files === undefined) return undefined;
  const packed = new URL(place);
  packed.pathname += '.br';
  if (files.existsSync(place)) return new Uint8Array(files.readFileSync(place));
  if (!files.existsSync(packed)) return undefined;
  return new Uint8Array(builtin('node:zlib')!.brotliDecompressSync(files.readFileSync(packed)));
}

/** Files that the package has packed together, by name: a line of JSON with all names and sizes, then their bytes. */
export function shippedTogether(place: URL): ReadonlyMap<string, Uint8Array<ArrayBuffer>> {
  const bytes = shippedFile(place) ?? new Uint8Array();
  const line = bytes.subarray(0, bytes.indexOf(NEWLINE) + 1);
  let at = line.length;
  const sizes = JSON.parse(new TextDecoder().decode(line) || '[]') as [string, number][];
  return new Map(sizes.map(([name, size]) => [name, bytes.slice(at, (at += size))]));
}
