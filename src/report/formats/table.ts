/** The text table of `guestmem replay`: one line a system. */
import { MS_PER_MINUTE } from '../../abi/unit.ts';
import { NUMBER, OBJECT, type Shape, TEXT, expectObject, expectShape } from '../../check/index.ts';
import type { Format } from '../format.ts';
import { alignRows, fitRows } from '../align.ts';
import { missingLines, repairLines } from '../remarks.ts';
import { shortageLines } from '../shortage.ts';
import type { Results, SystemResult } from '../results.ts';
import { seedsText } from '../seeds.ts';
import { sensitivityText } from '../sensitivity.ts';
import { formatBytes, formatCount, formatMs, formatNumber, formatRatio } from '../unit.ts';

/**
 * Cells of the table, header first: means, beside the whole start-up its sandbox and its 99th percentile, beside the whole footprint
 * what of it is not the functions' own, and its peak.
 */
export function summaryRows(results: Results): string[][] {
  const first = results.systems[0]!;
  const header = [
    'system',
    'cold',
    'start-up',
    'sandbox',
    'p99',
    'memory',
    'overhead',
    'peak',
    'GiB·s',
    'ratio',
  ];
  return [header, ...results.systems.map((system) => summaryRow(system, first))];
}

function summaryRow(system: SystemResult, first: SystemResult): string[] {
  const started = system.starts.cold > 0;
  return [
    system.name,
    formatCount(system.starts.cold),
    started ? formatMs(system.startupMs.mean) : '-',
    started ? formatMs(system.sandboxMs.mean) : '-',
    started ? formatMs(system.startupMs.p99) : '-',
    formatBytes(system.footprintBytes.mean),
    formatBytes(system.overheadBytes.mean),
    formatBytes(system.footprintBytes.peak),
    formatNumber(system.footprintGiBSeconds),
    formatRatio(system.footprintGiBSeconds / first.footprintGiBSeconds),
  ];
}

/** Columns that a narrow terminal does without, in this order; results.json has them all. */
const LEFT_OUT = ['peak', 'cold', 'p99', 'overhead'];

const MISSING: Shape = [{ system: TEXT, reason: TEXT }];

/** What of a record the table tells. */
const RESULTS: Shape = {
  seed: NUMBER,
  trace: { name: TEXT, invocations: NUMBER, functions: NUMBER, spanMs: NUMBER, 'repairs?': OBJECT },
  wall: { ms: NUMBER, invocationsPerSecond: NUMBER, pageOpsPerSecond: NUMBER },
  systems: [
    {
      name: TEXT,
      starts: { cold: NUMBER, warm: NUMBER, queued: NUMBER, refused: NUMBER },
      startupMs: { mean: NUMBER, p99: NUMBER },
      footprintBytes: { mean: NUMBER, peak: NUMBER },
      overheadBytes: { mean: NUMBER },
      footprintGiBSeconds: NUMBER,
      queueMs: { mean: NUMBER },
      shortage: OBJECT,
    },
  ],
  'missing?': MISSING,
  'leftOut?': MISSING,
};

/** Of a synthetic load nobody expects anything else. */
function drawnText({ isDrawn, format }: Results['trace']): string {
  const isTold = isDrawn === true && format !== 'synthetic';
  return isTold ? '; instants and durations of calls are drawn' : '';
}

/** Heading, table and speed of the run; ends with a newline. */
export function resultsTable(results: Results): string {
  const { trace, wall, seed } = expectShape('results', results, RESULTS);
  const heading =
    `${trace.name}: ${formatCount(trace.invocations)} invocations of ${formatCount(trace.functions)} functions ` +
    `in ${formatNumber(trace.spanMs / MS_PER_MINUTE)} min, seed ${seed}${drawnText(trace)}`;
  const speed =
    `replayed in ${formatMs(wall.ms)}: ${formatCount(wall.invocationsPerSecond)} invocations/s, ` +
    `${formatCount(wall.pageOpsPerSecond)} page operations/s`;
  const ratio =
    results.systems.length > 1 ? `ratio: GiB·s over that of ${results.systems[0]!.name}\n` : '';
  const told = [...missingLines(results), ...repairLines(trace), ...shortageLines(results)].map(
    (line) => `${line}\n`,
  );
  return `${heading}\n\n${alignRows(fitRows(summaryRows(results), LEFT_OUT))}\n\n${ratio}${told.join('')}${speed}\n${seedsText(results)}${sensitivityText(results)}`;
}

export const TABLE_FORMAT: Format = {
  name: 'table',
  sentence: 'A table for reading on stdout: one line a system, start-up and footprint.',
  files: [],
  render: (report) => ({ text: resultsTable(expectObject('report', report).results) }),
};
