// Files that are shipped beside the code: as they are in a clone, packed with brotli in the package (package/bundle.mjs).

import { builtin } from './builtin.ts';

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
