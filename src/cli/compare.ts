// guestmem compare: what is different between two results, and whether that is more than seeds make of it.

import { Command } from 'commander';
import { RefusedArgument } from '../check/index.ts';
import {
  type SensitiveFigure,
  alignRows,
  formatCount,
  formatMs,
  formatNumber,
} from '../report/index.ts';
import {
  type Difference,
  type FactorChoice,
  compareResults,
  ratioText,
  spreadText,
} from '../sweep/index.ts';
import { telling } from './apart.ts';
import { UsageError } from './fault.ts';
import { print } from './terminal.ts';

interface CompareFlags {
  readonly a: readonly string[];
  readonly b: readonly string[];
  readonly json?: boolean;
}

function choicesOf(option: string, words: readonly string[]): FactorChoice[] {
  return words.map((word) => {
    const [, path, label] = /^([^=]+)=(.*)$/.exec(word) ?? [];
    if (path !== undefined && label !== undefined) return { path, label };
    throw new UsageError(`${option}: expected PATH=VALUE, found ${JSON.stringify(word)}`);
  });
}

const NAMES: Readonly<Record<SensitiveFigure, string>> = {
  startupMs: 'start-up',
  sandboxMs: 'sandbox',
  footprintGiBSeconds: 'GiB·s',
  slowdown: 'slowdown',
  cpuMs: 'CPU',
};

function formatOf(figure: SensitiveFigure): (value: number) => string {
  return figure.endsWith('Ms') ? formatMs : formatNumber;
}

function verdict({ chance, isBeyond, contrast }: Difference): string {
  if (contrast.ratio === 1 && contrast.interval?.[0] === 1) return 'equal';
  if (chance === undefined) return 'one seed: unknown';
  return isBeyond ? 'different' : 'within seeds';
}

function rowOf(one: Difference): string[] {
  const format = formatOf(one.figure);
  return [
    one.system,
    NAMES[one.figure],
    spreadText(one.first, format),
    spreadText(one.second, format),
    ratioText(one.contrast),
    one.chance === undefined ? '-' : one.chance.toPrecision(2),
    verdict(one),
  ];
}

/** Which statistic it is. */
function note(found: readonly Difference[]): string {
  const [first] = found;
  if (first === undefined) return 'nothing is in both: no system, or no figure above 0';
  const { isPaired, seeds } = first.contrast;
  const cells = found.map(({ contrast }) => contrast.contexts);
  const counts = [...new Set([Math.min(...cells), Math.max(...cells)])].map(formatCount);
  const how = isPaired
    ? `seed by seed over ${seeds[0]} seeds that both have (paired t)`
    : `${seeds[0]} seeds with ${seeds[1]} others (Welch’s t)`;
  return (
    `b / a: geometric mean over ${counts.join(' to ')} cells each, with its 95 % interval; compared ${how}. ` +
    `p: corrected for ${formatCount(found.length)} comparisons (Holm); different: at most 0.05`
  );
}

function textOf(found: readonly Difference[]): string {
  const header = ['system', 'figure', 'a', 'b', 'b / a', 'p', ''];
  const rows = found.length === 0 ? '' : `${alignRows([header, ...found.map(rowOf)])}\n\n`;
  return `${rows}${note(found)}\n`;
}

async function run(first: string, second: string, flags: CompareFlags): Promise<void> {
  const [a, b] = [choicesOf('--a', flags.a), choicesOf('--b', flags.b)];
  try {
    const [onRead, onCompared] = [telling('cells'), telling('figures')];
    const found = await compareResults(first, second, { a, b, onRead, onCompared });
    print(flags.json === true ? `${JSON.stringify(found, null, 2)}\n` : textOf(found));
  } catch (error) {
    if (error instanceof RefusedArgument) throw new UsageError(error.message);
    throw error;
  }
}

function another(word: string, before: readonly string[]): readonly string[] {
  return [...before, word];
}

export function compareCommand(): Command {
  return new Command('compare')
    .argument('<a>', 'folder of a sweep or of a run')
    .argument('<b>', 'the other one; it may be the same folder')
    .option(
      '--a <choice>',
      'of a only cells with PATH=VALUE; may stand more than once',
      another,
      [],
    )
    .option('--b <choice>', 'of b only cells with PATH=VALUE', another, [])
    .option('--json', 'print the differences as JSON')
    .action(run);
}
