// npm run fuzz. Compiled to build/fuzz/test/fuzz/main.js, beside which the core is not: it is handed over here.

import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { useCore } from '../../src/core/index.ts';
import type { CoreModule } from '../../src/core/instantiate.ts';
import { fuzzCommand } from './command.ts';
import { ALL_FUZZERS } from './index.ts';
import { watch, watched } from './watch.ts';

async function main(): Promise<void> {
  const build = path.resolve(import.meta.dirname, '../../..');
  for (const file of readdirSync(build)) {
    const name = /^core\.(.+)\.wasm$/.exec(file)?.[1];
    if (name !== undefined) useCore(name as CoreModule, readFileSync(path.join(build, file)));
  }
  const { began, end } = watched(
    ALL_FUZZERS.map(({ name }) => name),
    new URL(import.meta.url),
  );
  process.exitCode = await fuzzCommand(process.argv.slice(2), {
    // A run lasts as long as it is told to: the one place in test/ that asks for the time.
    clock: () => Number(process.hrtime.bigint()) / 1e9,
    write: (text) => process.stdout.write(text),
    began,
  });
  await end();
}

if (isMainThread) await main();
else watch();
