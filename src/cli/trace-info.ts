// guestmem trace info: what a trace has in it.

import { Command } from 'commander';
import { alignRows, formatCount, formatNumber, repairLines } from '../report/index.ts';
import { type Spread, type TraceSummary, summarizeTrace } from '../trace/index.ts';
import { COLUMNS_HELP } from './argument.ts';
import { madeNow } from './made.ts';
import { print } from './terminal.ts';
import { type InputFlags, SEED_HELP, inputOf } from './trace-input.ts';

interface InfoFlags extends InputFlags {
  readonly json?: boolean;
}

const BAR_COLUMNS = 40;

function percent(share: number): string {
  return `${formatNumber(100 * share)} %`;
}

function heading(summary: TraceSummary): string {
  const { name, format, calls, functions, apps, minutes, isDrawn } = summary;
  const drawn = isDrawn ? '; instants and durations of calls are drawn' : '';
  return (
    `${name} (${format}): ${formatCount(calls)} calls of ${formatCount(functions)} functions ` +
    `of ${formatCount(apps)} apps in ${formatCount(minutes)} min${drawn}`
  );
}

function loadLines(summary: TraceSummary): string {
  const { callsAMinute, topShares, calledFunctions, functions, meanConcurrency } = summary;
  const { mean, peak, peakMinute } = callsAMinute;
  return [
    `calls a minute: ${formatNumber(mean)} in the mean, ${formatCount(peak)} at most (minute ${peakMinute})`,
    `calls at the same time: ${formatNumber(meanConcurrency)} in the mean`,
    `the most popular function makes ${percent(topShares.first)} of the calls, a tenth of them ${percent(topShares.tenth)}; ` +
      `${formatCount(functions - calledFunctions)} functions have none`,
  ].join('\n');
}

/** A line a window, with a bar beside the figure. */
function rateTable({ rate }: TraceSummary): string {
  const perMinute = rate.map(({ calls, minutes }) => calls / minutes);
  const most = Math.max(...perMinute, Number.MIN_VALUE);
  const rows = rate.map(({ fromMinute, calls }, index) => [
    `${fromMinute}`,
    formatCount(calls),
    formatNumber(perMinute[index] as number),
  ]);
  const bars = perMinute.map((one) => '#'.repeat(Math.round((BAR_COLUMNS * one) / most)));
  const lines = alignRows([['from minute', 'calls', 'a minute'], ...rows]).split('\n');
  return lines.map((line, index) => `${line}  ${bars[index - 1] ?? ''}`.trimEnd()).join('\n');
}

function spreadRow(what: string, spread: Spread): string[] {
  const { minimum, p25, p50, p75, p95, maximum, mean } = spread;
  return [what, ...[minimum, p25, p50, p75, p95, maximum, mean].map(formatNumber)];
}

function spreadTable({
  callsAFunction,
  averageMs,
  callMs,
  memoryMib,
  sessions,
}: TraceSummary): string {
  return alignRows([
    ['', 'least', 'p25', 'p50', 'p75', 'p95', 'most', 'mean'],
    spreadRow('calls a function', callsAFunction),
    spreadRow('mean duration of a function, ms', averageMs),
    ...(callMs === undefined ? [] : [spreadRow('duration of a call, ms', callMs)]),
    spreadRow('memory of a function, MiB', memoryMib),
    ...(sessions === undefined
      ? []
      : [
          spreadRow('length of a session, s', sessions.lengthS),
          spreadRow('peak memory of a session, MiB', sessions.peakMib),
        ]),
  ]);
}

function tallyText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([label, count]) => `${label} ${formatCount(count)}`)
    .join(', ');
}

/** Where figures come from, and what the reader drew or repaired; nothing is said where there was nothing. */
function sourceLines({ functions, quirks, sources, triggers, sessions }: TraceSummary): string {
  return [
    `triggers: ${tallyText(triggers)}`,
    `memory from: ${tallyText(sources.memory)}; durations from: ${tallyText(sources.durations)}`,
    ...(sessions === undefined
      ? []
      : [
          `tool calls: ${formatCount(sessions.toolCalls)}, in ${percent(sessions.toolShare)} of the time`,
        ]),
    ...repairLines({ functions, repairs: quirks }),
  ].join('\n');
}

export function infoText(summary: TraceSummary): string {
  const parts = [
    heading(summary),
    loadLines(summary),
    rateTable(summary),
    spreadTable(summary),
    sourceLines(summary),
  ];
  return `${parts.join('\n\n')}\n`;
}

async function run(path: string, flags: InfoFlags): Promise<void> {
  const summary = summarizeTrace(await inputOf(path, flags, true));
  print(
    flags.json === true
      ? `${JSON.stringify({ ...summary, made: madeNow() }, null, 2)}\n`
      : infoText(summary),
  );
}

export function infoCommand(): Command {
  return new Command('info')
    .description('Say what a trace has in it: calls over time, functions, memory, repairs')
    .argument('<trace>', 'folder or file of a trace')
    .option('--seed <n>', SEED_HELP, '1')
    .option('--minutes <n>', 'look only at the first minutes')
    .option('--columns <map>', COLUMNS_HELP)
    .option('--json', 'print the figures as JSON, and nothing else, on stdout')
    .action(run);
}
