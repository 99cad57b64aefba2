// guestmem verify --live: a guest that decides for itself beside the recorded one, as a table, JSON or CSV.

import { type Capture, type LiveResult, type LiveSeries, runLive } from '../recording/index.ts';
import { telling } from './apart.ts';
import { UsageError } from './fault.ts';
import { madeNow } from './made.ts';

const PERCENT = 100;

interface LiveFlags {
  readonly live?: boolean;
  readonly csv?: boolean;
  readonly guided?: boolean;
  readonly freeRunning?: boolean;
  readonly map?: boolean;
  readonly steps?: string;
  readonly json?: boolean;
}

/** A live run is a way of verifying of its own: what looks at single frames does not go with it. */
export function expectLiveFlags(flags: LiveFlags): void {
  const { live, csv, guided, freeRunning, map, steps, json } = flags;
  if (live !== true) {
    if (csv === true) throw new UsageError('--csv: expected --live beside it, found none');
    return;
  }
  const others = {
    '--guided': guided,
    '--free-running': freeRunning,
    '--map': map,
    '--steps': steps,
  };
  for (const [name, value] of Object.entries(others)) {
    if (value !== undefined)
      throw new UsageError(`--live: expected no ${name} beside it, found it`);
  }
  if (csv === true && json === true) {
    throw new UsageError('--csv: expected no --json beside it, found it');
  }
}

function amount(value: number): string {
  return value.toFixed(0).padStart(9);
}

function difference({ name }: LiveSeries, value: number | undefined): string {
  if (value === undefined) return '-'.padStart(9);
  const [text, unit] = name.endsWith('%')
    ? [value.toFixed(1), 'pt']
    : [(PERCENT * value).toFixed(1), '%'];
  return `${text} ${unit}`.padStart(9);
}

/** The moment at which the two lie farthest apart. */
function worstOf({ kernel, live }: LiveSeries): number {
  let worst = 0;
  kernel.forEach((value, at) => {
    const apart = Math.abs(value - (live[at] ?? 0));
    const before = Math.abs((kernel[worst] ?? 0) - (live[worst] ?? 0));
    if (apart > before) worst = at;
  });
  return worst;
}

function seriesLine(series: LiveSeries, seconds: readonly number[]): string {
  const { name, kernel, live, meanDifference, endDifference } = series;
  const worst = worstOf(series);
  return [
    name.padEnd(21),
    amount(kernel.at(-1) ?? 0),
    amount(live.at(-1) ?? 0),
    difference(series, endDifference),
    difference(series, meanDifference),
    `${(seconds[worst] ?? 0).toFixed(1)} s`.padStart(9),
    '\n',
  ].join('');
}

/** A live run as text, whole lines. */
export function liveText({ seconds, series, counts }: LiveResult): string {
  const [from = 0, until = 0] = [seconds[0], seconds.at(-1)];
  const span = `${from.toFixed(1)} s to ${until.toFixed(1)} s`;
  const columns = ['kernel', 'live', 'end', 'mean', 'worst at'].map((name) => name.padStart(9));
  const { requests, failed, hits, skippedFrees, followedFrees } = counts;
  return (
    `live: ${seconds.length} moments, ${span}; frames at the end, and how far apart\n` +
    `${' '.repeat(21)}${columns.join('')}\n` +
    series.map((one) => seriesLine(one, seconds)).join('') +
    `${requests} requests by tasks, ${failed} not served; ${hits} pages read again were still there,\n` +
    `${skippedFrees} frees of pages dropped before, ${followedFrees} frees by shrinkers followed\n`
  );
}

/** Its series as CSV: a row a moment, two columns a series. */
export function liveCsv({ seconds, series }: LiveResult): string {
  const head = ['seconds', ...series.flatMap(({ name }) => [`${name} kernel`, `${name} live`])];
  const rows = seconds.map((second, at) => [
    second,
    ...series.flatMap(({ kernel, live }) => [kernel[at] ?? 0, live[at] ?? 0]),
  ]);
  return [head, ...rows].map((row) => `${row.join(',')}\n`).join('');
}

/** What `--live` prints. */
export function liveOutput(capture: Capture, { json, csv }: LiveFlags): string {
  const result = runLive(capture, { onProgress: telling('moments') });
  if (json === true)
    return `${JSON.stringify({ mode: 'live', ...result, made: madeNow() }, null, 2)}\n`;
  return csv === true ? liveCsv(result) : liveText(result);
}
