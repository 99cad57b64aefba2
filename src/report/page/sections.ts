/** The sections of the page with their figures and tables. */
import { conclusionsOf, holds, JUDGED_WORDS } from '../conclusions.ts';
import type { Details } from '../detail.ts';
import { escapeHtml } from '../escape.ts';
import {
  TORNADO_FIGURES,
  causeFigure,
  causesOverTime,
  fragmentFigures,
  memoryFigure,
  populationFigures,
  rangeFigures,
  reclaimFigures,
  slowdownFigures,
  startFigures,
  stepFigure,
  tornadoFigures,
  tornadoId,
} from '../figure/figures.ts';
import { coldQuartile, policyText, wasteFigures } from '../figure/waste.ts';
import type { Cell, Figure, Unit } from '../figure/spec.ts';
import type { Results, SystemResult } from '../results.ts';
import { formatRatio } from '../unit.ts';
import {
  type Column,
  absent,
  figureHtml,
  legendHtml,
  paragraph,
  section,
  tableHtml,
} from './html.ts';
import { term } from './glossary.ts';

export const WIDE = 960;
const HALF = 560;
const THIRD = 400;

export type Content = {
  readonly results: Results;
  readonly details: Details;
  /** Hears of each picture that is drawn. */
  readonly drawn?: () => void;
};

function namesOf({ results }: Content): string[] {
  return results.systems.map(({ name }) => name);
}

/** A picture of the run. */
function drawn(content: Content, figure: Figure, width: number, hasLegend = true): string {
  const html = figureHtml(figure, { systems: namesOf(content), width, hasLegend });
  content.drawn?.();
  return html;
}

function wide(content: Content, figures: readonly Figure[], width = WIDE): string {
  return figures.map((figure) => drawn(content, figure, width)).join('\n');
}

/** Side by side where there is room. */
function grid(
  content: Content,
  figures: readonly Figure[],
  width: number,
  hasLegend = true,
): string {
  const inner = figures.map((figure) => drawn(content, figure, width, hasLegend));
  return `<div class="grid w${width}">${inner.join('\n')}</div>`;
}

type Read = readonly [
  head: string,
  unit: Unit,
  read: (system: SystemResult) => number | undefined,
  best?: 'least' | 'most',
];

function tableOfSystems(caption: string, { results }: Content, columns: readonly Read[]): string {
  const heads: Column[] = [
    { head: 'system' },
    ...columns.map(([head, , , best]): Column => ({ head, ...(best && { best }) })),
  ];
  const rows = results.systems.map((system) => [
    { value: system.name },
    ...columns.map(([, unit, read]): Cell => {
      const value = read(system);
      return value === undefined ? { value: '-' } : { value, unit };
    }),
  ]);
  return tableHtml(caption, heads, rows, ' class="sortable"');
}

function ifStarted(
  read: (system: SystemResult) => number,
): (system: SystemResult) => number | undefined {
  return (system) => (system.starts.cold > 0 ? read(system) : undefined);
}

export function comparison(content: Content): string {
  const [first] = content.results.systems;
  const ratio = (system: SystemResult): number =>
    system.footprintGiBSeconds / first!.footprintGiBSeconds;
  return section(
    'comparison',
    'Comparison',
    paragraph(
      `Means, unless a column says otherwise; the best of a column is bold. Ratios are to ${escapeHtml(first!.name)}.`,
    ),
    tableOfSystems('All systems', content, [
      ['cold start', 'count', ({ starts }) => starts.cold],
      ['start-up', 'ms', ifStarted(({ startupMs }) => startupMs.mean), 'least'],
      ['sandbox', 'ms', ifStarted(({ sandboxMs }) => sandboxMs.mean), 'least'],
      ['p99', 'ms', ifStarted(({ startupMs }) => startupMs.p99), 'least'],
      ['footprint', 'bytes', ({ footprintBytes }) => footprintBytes.mean, 'least'],
      ['overhead', 'bytes', ({ overheadBytes }) => overheadBytes.mean, 'least'],
      ['peak', 'bytes', ({ footprintBytes }) => footprintBytes.peak, 'least'],
      ['GiB·s', 'number', ({ footprintGiBSeconds }) => footprintGiBSeconds, 'least'],
      ['ratio', 'ratio', ratio],
      ['slower', 'share', (system) => system.slowdown.mean - 1],
      ['CPU', 'ms', ({ cpuMs }) => cpuMs.guest + cpuMs.host, 'least'],
    ]),
  );
}

export function startUp(content: Content): string {
  const { results, details } = content;
  const title = 'Start-up';
  if (results.systems.every(({ starts }) => starts.cold === 0)) {
    return section('start-up', title, paragraph('No start was cold.'));
  }
  const cdfs = startFigures(details);
  return section(
    'start-up',
    title,
    cdfs.length > 0 ? grid(content, cdfs, HALF) : absent('distribution of start-up times'),
    tableOfSystems('Quantiles of cold starts: whole start-ups, then their sandboxes', content, [
      ['p50', 'ms', ({ startupMs }) => startupMs.p50, 'least'],
      ['p95', 'ms', ({ startupMs }) => startupMs.p95, 'least'],
      ['p99', 'ms', ({ startupMs }) => startupMs.p99, 'least'],
      ['max', 'ms', ({ startupMs }) => startupMs.max, 'least'],
      ['sandbox p50', 'ms', ({ sandboxMs }) => sandboxMs.p50, 'least'],
      ['sandbox p95', 'ms', ({ sandboxMs }) => sandboxMs.p95, 'least'],
      ['sandbox p99', 'ms', ({ sandboxMs }) => sandboxMs.p99, 'least'],
    ]),
    wide(content, stepFigure(results)),
  );
}

export function memory(content: Content): string {
  const { results, details } = content;
  const by = causesOverTime(details);
  const legend = by[0] === undefined ? '' : legendHtml(causeFigure(results).spec, []);
  return section(
    'memory',
    'Host memory',
    by.length > 0 ? wide(content, memoryFigure(details)) : absent('footprint over time'),
    wide(content, [causeFigure(results)]),
    by.length > 0 ? `<h3>Over time by cause</h3>${legend}${grid(content, by, THIRD, false)}` : '',
  );
}

export function population(content: Content): string {
  return section(
    'population',
    'Containers and VMs',
    grid(content, populationFigures(content.results), HALF),
    tableOfSystems('Containers and VMs, over the measured time', content, [
      ['containers', 'number', ({ containers }) => containers.mean],
      ['most containers', 'count', ({ containers }) => containers.peak],
      ['VMs', 'number', ({ vms }) => vms.mean],
      ['most VMs', 'count', ({ vms }) => vms.peak],
      [
        'starts into a running VM',
        'share',
        ({ containers }) => (containers.started === 0 ? undefined : containers.runningVmShare),
      ],
      ['started ahead', 'count', ({ prewarms }) => prewarms.started],
    ]),
  );
}

/** The points of the policies, in full. */
function policies({ results: { trace }, details: { keepAlives = [] } }: Content): string {
  if (keepAlives.length === 0) return '';
  const rows = keepAlives.map((one): Cell[] => [
    { value: policyText(one) },
    { value: one.cold, unit: 'count' },
    { value: one.cold / Math.max(1, trace.invocations), unit: 'share' },
    { value: one.coldQuartile, unit: 'share' },
    { value: one.ahead, unit: 'count' },
    { value: one.idleSeconds / 3600, unit: 'number' },
    { value: one.wastedGiBSeconds, unit: 'gibSeconds' },
  ]);
  const heads: readonly Column[] = [
    { head: 'keep-alive' },
    { head: 'cold start', best: 'least' },
    { head: 'of calls', best: 'least' },
    { head: 'third quartile of functions', best: 'least' },
    { head: 'started ahead' },
    { head: 'idle container hours', best: 'least' },
    { head: 'wasted', best: 'least' },
  ];
  const caption =
    'Keep-alive policies on these calls, if starts took no time and no host were full';
  return tableHtml(caption, heads, rows, ' class="sortable"');
}

export function waste(content: Content): string {
  const figures = wasteFigures(content.results, content.details);
  return section(
    'waste',
    'Cold starts and wasted memory',
    paragraph(
      `What a ${term('keep-alive', 'keep-alive policy')} trades: memory of idle containers against cold starts.`,
    ),
    figures.length > 1 ? grid(content, figures, HALF) : wide(content, figures),
    tableOfSystems('Cold starts and memory of idle containers', content, [
      ['cold start', 'count', ({ starts }) => starts.cold],
      ['warm', 'count', ({ starts }) => starts.warm],
      ['queued', 'count', ({ starts }) => starts.queued],
      ['refused', 'count', ({ starts }) => starts.refused],
      ['third quartile of functions', 'share', coldQuartile],
      ['idle container hours', 'number', ({ idle }) => idle.containerSeconds / 3600],
      ['wasted', 'gibSeconds', ({ idle }) => idle.wastedGiBSeconds],
    ]),
    policies(content),
  );
}

function ifAsked(
  read: (one: SystemResult['reclaim']) => number,
): (system: SystemResult) => number | undefined {
  return ({ reclaim: one }) => (one.askedBytes + one.gotBytes === 0 ? undefined : read(one));
}

export function reclaim(content: Content): string {
  return section(
    'reclaim',
    'Reclaim',
    paragraph(
      `What the host ${term('reclaim', 'asked guests for')}, and what came. Zones and reporting are asked for what has host memory; balloons, virtio-mem and DIMMs for what the host wants.`,
    ),
    tableOfSystems('Memory taken back from guests', content, [
      ['asked', 'bytes', ifAsked(({ askedBytes }) => askedBytes)],
      ['got', 'bytes', ifAsked(({ gotBytes }) => gotBytes)],
      [
        'got of asked',
        'share',
        ({ reclaim: { askedBytes, gotBytes } }) =>
          askedBytes === 0 ? undefined : gotBytes / askedBytes,
        'most',
      ],
      ['pages migrated', 'count', ifAsked(({ migratedPages }) => migratedPages), 'least'],
      ['mean', 'ms', ifAsked(({ meanMs }) => meanMs), 'least'],
      ['p99', 'ms', ifAsked(({ p99Ms }) => p99Ms), 'least'],
    ]),
    wide(content, reclaimFigures(content.details)),
  );
}

export function slowdown(content: Content): string {
  const figures = slowdownFigures(content.details);
  return section(
    'slowdown',
    'Slowdown of calls',
    paragraph(`${term('slowdown', 'Slowdown')} is execution time over undisturbed execution time.`),
    figures.length > 0
      ? wide(content, figures)
      : paragraph('No call was held up by a ten-thousandth of its time.', 'absent'),
    tableOfSystems('Slowdown, and processor time of starts and memory management', content, [
      ['slower, mean', 'share', ({ slowdown: { mean } }) => mean - 1, 'least'],
      ['slower, p99', 'share', ({ slowdown: { p99 } }) => p99 - 1, 'least'],
      ['guest CPU', 'ms', ({ cpuMs }) => cpuMs.guest, 'least'],
      ['host CPU', 'ms', ({ cpuMs }) => cpuMs.host, 'least'],
    ]),
  );
}

export function fragments(content: Content): string {
  const figures = fragmentFigures(content.details);
  return section(
    'fragmentation',
    'Fragmentation',
    paragraph(
      'How much of what is free in guests could go back to the host in whole 2 MiB blocks.',
    ),
    figures.length > 0 ? grid(content, figures, HALF) : absent('free space of guests over time'),
  );
}

/** Comparisons with the first system that a level of prices turns. */
function turned({ details: { levels = [] } }: Content): string {
  const conclusions = conclusionsOf(levels).filter(
    ({ figure }) => figure !== 'footprintGiBSeconds',
  );
  if (conclusions.length === 0) return absent('results at low and high prices');
  const open = conclusions.filter((one) => !holds(one));
  const [{ first } = { first: '' }] = conclusions;
  if (open.length === 0) {
    return paragraph(
      `All ${conclusions.length} comparisons with ${escapeHtml(first)} stay on their side of 1 from the lowest to the highest prices.`,
    );
  }
  const rows = open.map(({ figure, system, low, typical, high }) => [
    { value: `${JUDGED_WORDS[figure]} of ${system}` },
    ...[low, typical, high].map((value) => ({ value: formatRatio(value) })),
  ]);
  return [
    paragraph(
      `Of ${conclusions.length} comparisons with ${escapeHtml(first)}, ${conclusions.length - open.length} stay on their side of 1 from the lowest to the highest prices; these do not:`,
    ),
    tableHtml(
      `Ratios to ${first} that prices turn`,
      ['comparison', 'low prices', 'typical prices', 'high prices'].map((head) => ({ head })),
      rows,
    ),
  ].join('\n');
}

/** Flips that are told; all are in results.json and details.json. */
const FLIPS_TOLD = 24;

function flips({ results, details }: Content): string {
  const sensitivity = results.sensitivity ?? details.sensitivity;
  if (sensitivity === undefined) return '';
  const all = sensitivity.prices.flatMap(({ price, flips: own }) =>
    own.map((flip) => ({ price, ...flip })),
  );
  if (all.length === 0)
    return paragraph('No price, alone at its low or high end, turns the order of two systems.');
  const strongest = all
    .toSorted((a, b) => b.ratio / b.after - a.ratio / a.after)
    .slice(0, FLIPS_TOLD);
  const rows = strongest.map(({ price, at, figure, better, worse, ratio, after }) => [
    { value: price },
    { value: at },
    { value: JUDGED_WORDS[figure] },
    { value: `${worse} / ${better}` },
    { value: formatRatio(ratio) },
    { value: formatRatio(after) },
  ]);
  const told =
    all.length > strongest.length
      ? ` The ${strongest.length} strongest of ${all.length} are shown.`
      : '';
  const columns = ['price', 'end', 'figure', 'order', 'in the run', 'at that end'].map((head) => ({
    head,
  }));
  return [
    paragraph(
      `Orders of two systems that one price alone turns, by more than ${100 * sensitivity.tolerance} % before and after.${told}`,
    ),
    tableHtml('Orders that a price turns', columns, rows, ' class="sortable"'),
  ].join('\n');
}

function choice(id: string, label: string, options: readonly string[], chosen: string): string {
  const inner = options.map(
    (option) => `<option${option === chosen ? ' selected' : ''}>${escapeHtml(option)}</option>`,
  );
  return `<label for="${id}">${label}</label> <select id="${id}">${inner.join('')}</select>`;
}

/** One is in the page, the script swaps in the others. */
function tornado(content: Content): string {
  const { results, details } = content;
  const all = tornadoFigures(results, details);
  const leanest = results.systems.toSorted(
    (a, b) => a.footprintGiBSeconds - b.footprintGiBSeconds,
  )[0]!.name;
  const shown = all.find(({ id }) => id === tornadoId('startupMs', leanest)) ?? all[0];
  if (shown === undefined) return '';
  const names = namesOf(content);
  const figures = TORNADO_FIGURES.filter((one) =>
    names.some((name) => all.some(({ id }) => id === tornadoId(one, name))),
  );
  const figure = figures.find((one) => names.some((name) => shown.id === tornadoId(one, name)));
  const system = names.find((name) => figures.some((one) => shown.id === tornadoId(one, name)));
  const options = figures.map(
    (one) =>
      `<option value="${one}"${one === figure ? ' selected' : ''}>${JUDGED_WORDS[one]}</option>`,
  );
  const choices = `<p class="choices" hidden><label for="tornado-figure">What moves</label> <select id="tornado-figure">${options.join('')}</select> ${choice('tornado-system', 'of', namesOf(content), system ?? '')}</p>`;
  const html = drawn(content, shown, WIDE);
  return `${choices}\n${html}`;
}

export function prices(content: Content): string {
  return section(
    'prices',
    'Prices: what they could turn',
    paragraph(
      `Times are counts times published prices, each with a low, a typical and a high figure (${term('price level')}).`,
    ),
    turned(content),
    grid(content, rangeFigures(content.details), HALF),
    tornado(content),
    flips(content),
  );
}
