// npm run fuzz. Compiled to build/fuzz/test/fuzz/main.js, beside which the core is not: it is handed over here.

import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { useCore } from '../../src/core/index.ts';
import type { CoreModule } from '../../src/core/instantiate.ts';
import type { Part, PartEnd } from './all.ts';
import { fuzzCommand } from './command.ts';
import { ALL_FUZZERS } from './index.ts';
import { partOf, runPart, tellOutcome } from './parts.ts';
import { type FuzzWorld, runFuzzer } from './run.ts';
import { watch, watched } from './watch.ts';

// A run lasts as long as it is told to: the one place in test/ that asks for the time.
const wallClock = (): number => Number(process.hrtime.bigint()) / 1e9;

function cpuClock(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

const write = (text: string): boolean => process.stdout.write(text);

async function main(): Promise<void> {
  const build = path.resolve(import.meta.dirname, '../../..');
  for (const file of readdirSync(build)) {
    const name = /^core\.(.+)\.wasm$/.exec(file)?.[1];
    if (name !== undefined) useCore(name as CoreModule, readFileSync(path.join(build, file)));
  }
  const program = new URL(import.meta.url);
  const words = process.argv.slice(2);
  const { began, end } = watched(
    ALL_FUZZERS.map(({ name }) => name),
    program,
  );
  const world = { clock: wallClock, write, began };
  const own = partOf(words);
  if (own === undefined) {
    const part = (one: Part): Promise<PartEnd> => runPart(program, one, write);
    process.exitCode = await fuzzCommand(words, { ...world, part });
  } else await runOwn(own, world);
  await end();
}

/** What this process does when it is one of `all`: a night's time is the CPU's. */
async function runOwn({ name, options }: Part, world: FuzzWorld): Promise<void> {
  const [fuzzer] = ALL_FUZZERS.filter((one) => one.name === name);
  if (fuzzer === undefined) throw new Error(`no fuzzer ${name}`);
  const clock = 'isNight' in options.end ? cpuClock : wallClock;
  const outcome = await runFuzzer(fuzzer, options, { ...world, clock });
  tellOutcome({ ...outcome, seconds: cpuClock() });
}

if (isMainThread) await main();
else watch();
