// npm run bench -- [--record] [NAME ...]: the benches at their full size. GUESTMEM_BENCH=small: a moment each, and no line of
// history. --record: the line goes to bench/history.ndjson, which is kept, else to build/, which is not. Compiled to
// build/bench/bench/main.js, beside which the core is not: it is handed over here.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { useCore } from '../src/core/index.ts';
import { LARGE, SMALL } from './measure.ts';
import { runBenches } from './run.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { record: { type: 'boolean', default: false } },
});
for (const name of ['release', 'llfree'] as const) {
  useCore(name, new Uint8Array(readFileSync(path.join(root, `build/core.${name}.wasm`))));
}
const isSmall = process.env['GUESTMEM_BENCH'] === 'small';
const history = path.join(root, values.record ? 'bench' : 'build/bench', 'history.ndjson');
await runBenches(
  isSmall ? SMALL : LARGE,
  root,
  positionals,
  isSmall ? undefined : history,
  (text) => process.stdout.write(text),
);
