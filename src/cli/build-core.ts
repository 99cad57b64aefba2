// guestmem build-core: an allocator of one's own in a core, and a word on whether it is one.

import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { Command } from 'commander';
import { KIB } from '../abi/unit.ts';
import type { CoreVerdict } from '../microbench/index.ts';
import { buildCore } from '../microbench/node.ts';
import { formatCount } from '../report/index.ts';
import { OutputFolder } from '../report/node.ts';
import { tellPace, telling, writesInto } from './apart.ts';
import { fileToWrite } from './argument.ts';
import { EXIT_FAILURE, UsageError } from './fault.ts';
import { print } from './terminal.ts';
import { wroteLine } from './wrote.ts';

interface BuildFlags {
  readonly out?: string;
  readonly force?: boolean;
}

const COMPILING = { why: 'AssemblyScript compiles, and does not say how far it is' };
/** Wasm begins so, and what a core exports stands near its head. */
export const CORE_MARK: RegExp = /^\0asm[^]*releaseHighatomic/;
const USUAL_BYTES = 128 * KIB;

function ownFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new UsageError(`${file}: expected a file in AssemblyScript, found nothing to read`);
  }
}

/** The word, and what it is by. */
export function verdictLine({ word, operations, at = 0, fault }: CoreVerdict): string {
  const many = `${formatCount(operations)} operations`;
  if (word === 'equal') return `equal: the standard core's frames in ${many}, every rule kept\n`;
  if (word === 'sound') {
    return `sound: every rule kept in ${many}; other frames than the standard core's from operation ${at} on\n`;
  }
  return `broken: by operation ${at}: ${fault}\n`;
}

async function run(file: string, { out, force }: BuildFlags): Promise<void> {
  const usual = `${basename(file).replace(/(?:\.as)?\.ts$/, '')}.wasm`;
  const { folder: asked, name } = fileToWrite('--out', out ?? usual);
  const folder = resolve(asked);
  const own = { name, mark: CORE_MARK, usualBytes: USUAL_BYTES };
  const source = ownFile(file);
  const output = new OutputFolder(folder, [own], { isForced: force, ...writesInto(folder) });
  try {
    const { core, verdict } = await buildCore(source, {
      compiles: () => tellPace(COMPILING),
      onOperations: telling('operations'),
    });
    print(verdictLine(verdict));
    if (core === undefined) process.exitCode = EXIT_FAILURE;
    else print(wroteLine(output.write([{ name: own.name, content: core }])));
  } finally {
    output.close();
  }
}

export function buildCoreCommand(): Command {
  return new Command('build-core')
    .argument('<file>', "allocator in AssemblyScript, in the place of the core's own")
    .option('--out <file>', 'the core (default: the name of FILE with .wasm, here)')
    .option('--force', 'replace a file of that name which is no core')
    .addHelpText(
      'after',
      '\nIt ends with one word: equal, sound or broken.\nDocumentation: docs/own-core.md',
    )
    .action(run);
}
