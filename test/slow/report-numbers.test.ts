/** What a chart shows is what results.json and details.json say: each chart of a run against the files, point for point. */
import { describe, expect, it } from 'vitest';
import { SYSTEMS, detailsOf, keepAlivesOf, replay, resultsOf } from '../../src/replay/index.ts';
import { detailsJson, parseDetails } from '../../src/report/details-file.ts';
import { figuresOf, tornadoFigures } from '../../src/report/figure/figures.ts';
import { LIGHT, type Option } from '../../src/report/figure/look.ts';
import { optionOf } from '../../src/report/figure/option.ts';
import { type Figure, type Table, tableOf } from '../../src/report/figure/spec.ts';
import { numbersHtml } from '../../src/report/page/html.ts';
import { parseResults } from '../../src/report/schema.ts';
import { smallTrace } from '../support/traces.ts';

const NAMES = ['scpv-template', 'mcpv-czone', 'mcpv-balloon'];
const trace = smallTrace();
const played = await replay(trace, {
  systems: SYSTEMS.filter(({ name }) => NAMES.includes(name)),
  seed: 1,
});
const keepAlives = await keepAlivesOf(trace, { systems: NAMES, seed: 1 });
// as the files have it
const results = parseResults(JSON.parse(JSON.stringify(resultsOf(played))));
const details = parseDetails(
  JSON.parse(detailsJson(results, { ...detailsOf(played), keepAlives })),
  results,
);
const figures = [...figuresOf(results, details), ...tornadoFigures(results, details)];
const systems = results.systems.map(({ name }) => name);

type Row = (string | number)[];

/** Numbers with the digits that a chart has. */
function short(rows: readonly Row[]): Row[] {
  return rows.map((row) =>
    row.map((cell) => (typeof cell === 'number' ? Number(cell.toPrecision(6)) : cell)),
  );
}

function rowsOf(id: string): Row[] {
  const { rows }: Table = tableOf(figures.find((one) => one.id === id)!.spec);
  return rows.map((row) => row.map(({ value }) => value));
}

function minutes(tMs: ArrayLike<number>): number[] {
  return Array.from(tMs, (ms) => ms / 60_000);
}

function overTime(tMs: ArrayLike<number>, columns: readonly ArrayLike<number>[]): Row[] {
  return short(minutes(tMs).map((at, index) => [at, ...columns.map((one) => one[index]!)]));
}

const calls = results.trace.invocations;
const first = details.series![0]!;
const sum = (columns: readonly ArrayLike<number>[], at: number): number =>
  columns.reduce((all, column) => all + column[at]!, 0);

/** What each chart has to show, from the files alone. */
const EXPECTED: Readonly<Record<string, () => Row[]>> = {
  ...Object.fromEntries(
    (['startupMs', 'sandboxMs', 'reclaimMs'] as const).map((of) => [
      `cdf-${of}`,
      (): Row[] =>
        short(
          details.cdfs![of]!.flatMap(({ system, values, share }) =>
            Array.from(values, (value, at): Row => [system, value, share[at]!]).filter(
              ([, value]) => Number(value) > 0,
            ),
          ),
        ),
    ]),
  ),
  slowdown: () =>
    short(
      details.cdfs!.slowdown!.flatMap(({ system, values, share }) =>
        Array.from(values, (value, at): Row => [
          system,
          value - 1,
          1 - (share[at - 1] ?? 0),
        ]).filter(([, by, part]) => Number(by) >= 1e-4 && Number(part) > 0),
      ),
    ),
  memory: () =>
    overTime(
      first.tMs,
      details.series!.map(({ columns, tMs }) =>
        Array.from(tMs, (_, at) => sum(Object.values(columns), at)),
      ),
    ),
  ...Object.fromEntries(
    details.series!.map(({ tMs, columns }, index) => [
      `memory-${index}`,
      (): Row[] =>
        overTime(
          tMs,
          Object.values(columns).filter((column) => column.some((bytes) => bytes > 0)),
        ),
    ]),
  ),
  containers: () =>
    overTime(
      results.systems[0]!.overTime.tMs,
      results.systems.map(({ overTime: { containers } }) => containers),
    ),
  vms: () =>
    overTime(
      results.systems[0]!.overTime.tMs,
      results.systems.map(({ overTime: { vms } }) => vms),
    ),
  unusable: () =>
    overTime(
      first.tMs,
      details.series!.map(({ counts }) =>
        Array.from(counts!['freeFrames']!, (free, at) =>
          free === 0 ? 0 : 1 - counts!['wholeFrames']![at]! / free,
        ),
      ),
    ),
  whole: () =>
    overTime(
      first.tMs,
      details.series!.map(({ counts }) => counts!['wholeFrames']!.map((frames) => frames / 512)),
    ),
  waste: () =>
    short([
      ...results.systems.map(({ name, starts, idle }): Row => [
        name,
        starts.cold / calls,
        idle.wastedGiBSeconds,
      ]),
      ...policyRows((one) => one.cold / calls),
    ]),
  'waste-functions': () =>
    short([
      ...results.systems.map(({ name, functions, idle }): Row => {
        const shares = functions
          .map(({ cold, warm, queued, refused }) => [cold, cold + warm + queued + refused])
          .filter(([, all]) => all! > 0)
          .map(([cold, all]) => cold! / all!)
          .toSorted((a, b) => a - b);
        return [name, shares[Math.ceil(0.75 * shares.length) - 1]!, idle.wastedGiBSeconds];
      }),
      ...policyRows(({ coldQuartile }) => coldQuartile),
    ]),
  ...Object.fromEntries(
    (['sandboxMs', 'startupMs', 'startupP99Ms', 'cpuMs'] as const).map((of) => [
      `range-${of}`,
      (): Row[] =>
        short(details.levels!.map(({ system, figures: { [of]: at } }): Row => [system, ...at])),
    ]),
  ),
};

function policyRows(x: (one: (typeof keepAlives)[number]) => number): Row[] {
  const row = (one: (typeof keepAlives)[number]): Row => [
    `${one.policy.replace('fixed:', '')}${one.isOwn ? ', this run’s' : ''}`,
    x(one),
    one.wastedGiBSeconds,
  ];
  const fixed = details.keepAlives!.filter(({ policy }) => policy !== 'hybrid');
  const ordered = fixed.toSorted((a, b) => a.wastedGiBSeconds - b.wastedGiBSeconds);
  return [...ordered, ...details.keepAlives!.filter(({ policy }) => policy === 'hybrid')].map(row);
}

describe('numbers of charts', () => {
  it.each(Object.entries(EXPECTED))('%s shows what the files say', (id, expected) => {
    expect(rowsOf(id)).toEqual(expected());
  });

  it('of bars are the means by step and by cause, and their sums', () => {
    for (const [id, of] of [
      ['steps', ({ startupMs }) => startupMs.steps],
      ['causes', ({ footprintBy }) => footprintBy],
    ] as [string, (one: (typeof results.systems)[number]) => Record<string, number>][]) {
      const { columns, rows } = tableOf(figures.find((one) => one.id === id)!.spec);
      rows.forEach((row, at) => {
        const parts = of(results.systems[at]!);
        row.slice(1, -1).forEach(({ value }, column) => {
          const expected = parts[columns[column + 1]!] ?? 0;
          expect(value).toBe(Number(expected.toPrecision(6)));
        });
        const all = Object.values(parts).reduce((one, other) => one + other, 0);
        expect(Number(row.at(-1)!.value) / all).toBeCloseTo(1, 4);
      });
    }
  });

  it('of tornados are the ends of prices over what the run has', () => {
    const tornados = figures.filter(({ spec }) => spec.kind === 'tornado');
    expect(tornados.length).toBeGreaterThan(NAMES.length);
    for (const { id, spec } of tornados) {
      const [, figure = '', system = ''] = /^tornado-(\w+)-(.*)$/.exec(id) ?? [];
      const one = results.systems.find(({ name }) => name === system)!;
      const base = {
        startupMs: one.startupMs.mean,
        sandboxMs: one.sandboxMs.mean,
        slowdown: one.slowdown.mean,
        cpuMs: one.cpuMs.guest + one.cpuMs.host,
        footprintGiBSeconds: one.footprintGiBSeconds,
      }[figure]!;
      for (const [price, ...ends] of tableOf(spec).rows) {
        const effects = details.sensitivity!.prices.find((own) => own.price === price!.value)!;
        const found = effects.effects.find((own) => own.system === system)!;
        const at = found[figure as 'startupMs']!;
        ends.forEach(({ value }, end) => {
          expect(value).toBe(Number((100 * (at[end]! / base - 1)).toPrecision(6)));
        });
      }
    }
  });

  it('are all held by this file', () => {
    const held = [...Object.keys(EXPECTED), 'steps', 'causes'];
    const others = figures.filter(({ id }) => !held.includes(id) && !id.startsWith('tornado-'));
    expect(others.map(({ id }) => id)).toEqual([]);
  });
});

/** All pairs and values that a picture is drawn from; its marks and labels, which are text, are not. */
function drawn({ spec, ...figure }: Figure): number[] {
  const look = { theme: LIGHT, width: 900, systems, hidden: new Set<string>() };
  const series = optionOf({ ...figure, spec }, look)['series'] as Option[];
  const all = series.flatMap(({ data }) => data as unknown[]);
  return all.flatMap((one) => {
    const value = typeof one === 'object' && one !== null && 'value' in one ? one.value : one;
    return (Array.isArray(value) ? value : [value]) as number[];
  });
}

describe('the table of a chart', () => {
  it.each(figures.map((figure) => [figure.id, figure] as const))(
    '%s has the points that are drawn, and no others',
    (_id, figure) => {
      const { rows } = tableOf(figure.spec);
      const inTable = rows.flatMap((row) => row.map(({ value }) => value)).filter(Number.isFinite);
      const inPicture = new Set(drawn(figure));
      const isLines = figure.spec.kind === 'lines';
      const isBars = figure.spec.kind === 'bars';
      const told = isBars
        ? rows.flatMap((row) => row.slice(1, -1).map(({ value }) => Number(value)))
        : (inTable as number[]);
      expect(told.filter((value) => !inPicture.has(value))).toEqual([]);
      if (!isLines) return;
      const known = new Set(told);
      expect([...inPicture].filter((value) => !known.has(value))).toEqual([]);
    },
  );

  it('stands in the page with the same numbers', () => {
    for (const figure of figures) {
      const html = numbersHtml(figure);
      if (html.includes('data-long')) continue;
      const values = [...html.matchAll(/data-v="([^"]+)"/g)].map(([, value]) => Number(value));
      const { rows } = tableOf(figure.spec);
      // the first cell is the row's heading
      const cells = rows.flatMap((row) => row.slice(1).map(({ value }) => Number(value)));
      expect(values, figure.id).toEqual(cells);
    }
  });
});
