// npm run bench -- [NAME ...]: the benches at their full size. GUESTMEM_BENCH=small: a moment each,
// and no line of history. Compiled to build/bench/bench/main.js, beside which the core is not: it
// is handed over here.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { useCore } from '../src/core/index.ts';
import { LARGE, SMALL } from './measure.ts';
import { runBenches } from './run.ts';

const root = path.resolve(import.meta.dirname, '../../..');
useCore('release', new Uint8Array(readFileSync(path.join(root, 'build/core.release.wasm'))));
const isSmall = process.env['GUESTMEM_BENCH'] === 'small';
await runBenches(
  isSmall ? SMALL : LARGE,
  root,
  process.argv.slice(2),
  isSmall ? undefined : path.join(root, 'bench/history.ndjson'),
  (text) => process.stdout.write(text),
);
