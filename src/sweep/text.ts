// A sweep in the terminal: what each factor does, and which choices are on the front.

import { type SensitiveFigure, formatCount, formatMs, formatNumber } from '../report/index.ts';
import type { Contrast } from './contrast.ts';
import type { Effect } from './effects.ts';
import type { Choice } from './pareto.ts';
import type { Sample } from './statistics.ts';

/** What is told of a factor; the tables have all figures. */
export const TOLD: readonly SensitiveFigure[] = ['startupMs', 'footprintGiBSeconds'];

/** `0.83x [0.80, 0.86]`. */
export function ratioText(against: Contrast | undefined): string {
  if (against === undefined) return '-';
  const { ratio, interval } = against;
  const within = interval?.map((end) => end.toFixed(3)).join(', ');
  return `${ratio.toFixed(3)}x${within === undefined ? '' : ` [${within}]`}`;
}

/** `mean ± sd`; nothing has no mean. */
export function spreadText({ mean, sd, count }: Sample, format: (value: number) => string): string {
  if (count === 0) return '-';
  return count < 2 ? format(mean) : `${format(mean)} ± ${format(sd)}`;
}

function formatOf(figure: SensitiveFigure): (value: number) => string {
  return figure === 'startupMs' ? formatMs : formatNumber;
}

/** Header first; a row a value of a factor in a system. */
export function effectRows(effects: readonly Effect[]): string[][] {
  const header = ['factor', 'value', 'system', 'start-up', '/ first', 'GiB·s', '/ first'];
  const told = effects.filter(({ figure }) => TOLD.includes(figure));
  const rows: string[][] = [];
  for (const { factor, level, system, figure, mean, sd, seeds, against } of told) {
    const cells = [spreadText({ mean, sd, count: seeds }, formatOf(figure)), ratioText(against)];
    if (figure === TOLD[0]) rows.push([factor, level, system, ...cells]);
    else rows.at(-1)?.push(...cells);
  }
  return [header, ...rows];
}

/** Header first; the front, the fastest first. */
export function frontRows(choices: readonly Choice[]): string[][] {
  const front = choices
    .filter(({ isOnFront }) => isOnFront)
    .toSorted((a, b) => a.startup.mean - b.startup.mean);
  const hasRefused = front.some(({ refused }) => refused > 0);
  const rows = front.map(({ labels, system, startup, footprint, refused }) => [
    [...Object.entries(labels).map(([path, label]) => `${path}=${label}`), system].join(' '),
    spreadText(startup, formatMs),
    spreadText(footprint, formatNumber),
    ...(hasRefused ? [formatNumber(refused)] : []),
  ]);
  const header = ['nothing starts faster and holds less', 'start-up', 'GiB·s'];
  return [hasRefused ? [...header, 'calls refused'] : header, ...rows];
}

/** What seeds leave open, in words. */
export function spreadNote(seeds: number): string {
  if (seeds < 2) return 'one seed: how far seeds lie apart is unknown (seeds: [1, 2, 3])';
  return (
    `ratios are to the first value, everything else being equal: geometric means over ${formatCount(seeds)} seeds ` +
    'with intervals of 95 % (Student’s t over seeds, paired)'
  );
}
