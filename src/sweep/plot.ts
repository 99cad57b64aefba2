// Pictures of a sweep as SVG text: points and intervals, each with a name, and a title for whoever cannot see it.

import { escapeHtml, formatMs, formatNumber } from '../report/index.ts';
import type { Effect } from './effects.ts';
import type { Choice } from './pareto.ts';
import { SYSTEM } from './row.ts';
import { TOLD, ratioText } from './text.ts';

const WIDTH = 960;
const INK = '#222';
const FAINT = '#ddd';

function line(x1: number, y1: number, x2: number, y2: number, colour: string, width = 1): string {
  const at = [x1, y1, x2, y2].map((value) => value.toFixed(1));
  return `<line x1="${at[0]}" y1="${at[1]}" x2="${at[2]}" y2="${at[3]}" stroke="${colour}" stroke-width="${width}"/>`;
}

type Anchor = 'start' | 'middle' | 'end';

function words(x: number, y: number, text: string, anchor: Anchor = 'start'): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" fill="${INK}">${escapeHtml(text)}</text>`;
}

function svg(id: string, height: number, title: string, desc: string, body: string): string {
  return (
    `<figure><svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="${id}-title ${id}-desc" font-size="13" font-family="system-ui, sans-serif">` +
    `<title id="${id}-title">${escapeHtml(title)}</title><desc id="${id}-desc">${escapeHtml(desc)}</desc>${body}</svg></figure>`
  );
}

/** About five round values from 0 to `most`. */
export function ticks(most: number): number[] {
  if (!(most > 0)) return [0];
  const rough = most / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((one) => one * power >= rough) as number);
  const count = Math.ceil(most / step);
  return Array.from({ length: count + 1 }, (_, at) => at * step);
}

const PLOT = { left: 80, right: 230, top: 20, bottom: 50, height: 420 };

interface Scale {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

/** Axes from 0, and where values lie between them. */
function axes(mostX: number, mostY: number): { readonly scale: Scale; readonly drawn: string } {
  const { left, right, top, bottom, height } = PLOT;
  const [xs, ys] = [ticks(mostX), ticks(mostY)];
  const [endX, endY] = [xs.at(-1) || 1, ys.at(-1) || 1];
  const x = (value: number): number => left + ((WIDTH - left - right) * value) / endX;
  const y = (value: number): number => height - bottom - ((height - top - bottom) * value) / endY;
  const drawn = [
    ...xs.map((at) => line(x(at), y(0), x(at), y(endY), FAINT)),
    ...ys.map((at) => line(x(0), y(at), x(endX), y(at), FAINT)),
    ...xs.map((at) => words(x(at), y(0) + 18, formatMs(at), 'middle')),
    ...ys.map((at) => words(x(0) - 8, y(at) + 4, formatNumber(at), 'end')),
    words(x(endX / 2), height - 8, 'mean start-up', 'middle'),
    words(8, 14, 'GiB·s'),
  ];
  return { scale: { x, y }, drawn: drawn.join('') };
}

function nameOf({ labels, system }: Choice): string {
  return [...Object.entries(labels).map(([path, label]) => `${path}=${label}`), system].join(' ');
}

function point(one: Choice, { x, y }: Scale, colour: string): string {
  const { startup, footprint, isOnFront } = one;
  const told = `${nameOf(one)}: ${formatMs(startup.mean)}, ${formatNumber(footprint.mean)} GiB·s`;
  const fill = isOnFront ? colour : '#fff';
  const at = `cx="${x(startup.mean).toFixed(1)}" cy="${y(footprint.mean).toFixed(1)}"`;
  return `<circle ${at} r="5" fill="${fill}" stroke="${colour}" stroke-width="2"><title>${escapeHtml(told)}</title></circle>`;
}

/** Start-up against footprint: a point a choice, those on the front filled and joined. */
export function frontPlot(
  id: string,
  title: string,
  choices: readonly Choice[],
  colours: readonly string[],
): string {
  const started = choices.filter(({ startup }) => startup.mean > 0);
  const most = (read: (one: Choice) => number): number => Math.max(0, ...started.map(read));
  const { scale, drawn } = axes(
    most(({ startup }) => startup.mean),
    most(({ footprint }) => footprint.mean),
  );
  const systems = [...new Set(started.map(({ system }) => system))];
  const colourOf = (system: string): string =>
    colours[systems.indexOf(system) % colours.length] as string;
  const front = started
    .filter(({ isOnFront }) => isOnFront)
    .toSorted((a, b) => a.startup.mean - b.startup.mean);
  const joined = front.map(
    ({ startup, footprint }) =>
      `${scale.x(startup.mean).toFixed(1)},${scale.y(footprint.mean).toFixed(1)}`,
  );
  const path = `<polyline points="${joined.join(' ')}" fill="none" stroke="${INK}" stroke-dasharray="4 3"/>`;
  const legend = systems.map((system, at) => {
    const y = PLOT.top + 10 + 20 * at;
    const mark = `<rect x="${WIDTH - PLOT.right + 20}" y="${y - 9}" width="12" height="12" fill="${colourOf(system)}"/>`;
    return mark + words(WIDTH - PLOT.right + 38, y + 2, system);
  });
  const points = started.map((one) => point(one, scale, colourOf(one.system)));
  const body = [drawn, path, ...points, ...legend].join('');
  const desc = `On the front: ${front.map(nameOf).join('; ')}. The table below has the figures.`;
  return svg(id, PLOT.height, title, desc, body);
}

const ROW = 20;
const LEFT = 330;
const GAP = 40;

/** Where a ratio lies on an axis of its logarithm. */
function ratioScale(effects: readonly Effect[]): { readonly reach: number } {
  const logs = effects.flatMap(({ against }) =>
    against === undefined ? [] : [against.ratio, ...(against.interval ?? [])].map(Math.log),
  );
  const reach = Math.max(Math.log(1.1), ...logs.map(Math.abs));
  // an interval over two seeds may be as wide as anything
  return { reach: Math.min(reach, Math.log(100)) };
}

function intervals(effects: readonly Effect[], from: number, to: number, colour: string): string {
  const { reach } = ratioScale(effects);
  const middle = (from + to) / 2;
  const x = (ratio: number): number => {
    const log = Math.max(-reach, Math.min(reach, Math.log(ratio)));
    return middle + ((to - from) / 2) * (log / reach);
  };
  const height = ROW * effects.length;
  const marks = effects.map(({ against }, at) => {
    if (against === undefined) return '';
    const y = ROW * (at + 1.5);
    const [low, high] = against.interval ?? [against.ratio, against.ratio];
    const dot = `<circle cx="${x(against.ratio).toFixed(1)}" cy="${y}" r="4" fill="${colour}"><title>${ratioText(against)}</title></circle>`;
    return line(x(low), y, x(high), y, colour, 2) + dot;
  });
  const ends = [Math.exp(-reach), 1, Math.exp(reach)].map(
    (ratio) =>
      line(x(ratio), ROW, x(ratio), height + ROW, FAINT) +
      words(x(ratio), height + ROW + 16, `${ratio.toPrecision(3)}x`, 'middle'),
  );
  return [...ends, ...marks].join('');
}

/** What a factor's values do to start-up and footprint: ratios to the first value with their intervals. */
export function intervalPlot(id: string, factor: string, effects: readonly Effect[]): string {
  const [startups, footprints] = TOLD.map((figure) =>
    effects.filter((one) => one.figure === figure),
  ) as [Effect[], Effect[]];
  const width = (WIDTH - LEFT - GAP) / 2 - 20;
  const second = LEFT + width + GAP;
  const names = startups.map(({ level, system }, at) =>
    words(8, ROW * (at + 1.5) + 4, factor === SYSTEM ? level : `${level}, ${system}`),
  );
  const body = [
    words(LEFT + width / 2, 12, 'start-up / first', 'middle'),
    words(second + width / 2, 12, 'GiB·s / first', 'middle'),
    ...names,
    intervals(startups, LEFT, LEFT + width, '#0072b2'),
    intervals(footprints, second, second + width, '#d55e00'),
  ].join('');
  const desc =
    'Ratios to the first value with intervals of 95 % over seeds; the table below has the figures.';
  return svg(id, ROW * (startups.length + 2) + 10, `What ${factor} does`, desc, body);
}
