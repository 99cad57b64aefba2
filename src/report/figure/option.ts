/** From what a figure shows to what echarts draws. */
import { FONT, nameAxis, nameRoom, textOf, ticksOf, valueAxis } from './axes.ts';
import { aloneTop, frame } from './frame.ts';
import { type Look, type Option, type Stroke, strokeOf } from './look.ts';
import type { BarsSpec, Figure, Line, LinesSpec, RangesSpec } from './spec.ts';
import { told } from './spec.ts';
import { pointsOption } from './points.ts';
import { tornadoOption } from './tornado.ts';

const ROW = 26;
/** Of a letter on a part of a bar, about, and what is left free beside a text. */
const PART_CHARACTER = 6.4;
const PART_FREE = 6;
/** For the sum behind a bar. */
const BARS_RIGHT = 74;

/** How high a figure is. */
export function heightOf({ spec }: Figure, look: Look): number {
  const alone = look.isAlone === true ? aloneTop(spec, look) : 0;
  if (spec.kind === 'bars') return alone + 64 + ROW * spec.rows.length;
  if (spec.kind === 'tornado') return alone + 64 + ROW * spec.rows.length;
  if (spec.kind === 'ranges') return alone + 56 + 22 * shownRows(spec, look).length;
  if (spec.kind === 'points') return alone + 340;
  return alone + (look.width < 420 ? 190 : 320);
}

function shownRows({ rows }: RangesSpec, { hidden }: Look): RangesSpec['rows'] {
  return rows.filter(({ name }) => !hidden.has(name));
}

function extent(values: readonly number[]): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low > high ? [0, 1] : [low, high];
}

function xOf(spec: LinesSpec, { x }: Line): readonly number[] {
  return x ?? spec.at ?? [];
}

/** The first point of a line at or above a height. */
function reaches(spec: LinesSpec, line: Line, height: number): Option[] {
  const at = line.y.findIndex((value) => value >= height);
  return at < 0 ? [] : [{ coord: [xOf(spec, line)[at]!, line.y[at]!] }];
}

function lineSeries(spec: LinesSpec, line: Line, stroke: Stroke, look: Look): Option {
  const { marks = [], isStacked = false } = spec;
  const at = xOf(spec, line);
  return {
    type: 'line',
    name: line.name,
    step: 'end',
    showSymbol: false,
    symbol: 'circle',
    color: stroke.color,
    ...(isStacked && { stack: 'all', areaStyle: { color: stroke.color, opacity: 1 } }),
    lineStyle: { color: stroke.color, type: stroke.type, width: isStacked ? 0 : 1.8 },
    emphasis: { disabled: true },
    data: line.y.map((value, index) => [at[index]!, value]),
    ...(marks.length > 0 && {
      markPoint: {
        symbol: 'circle',
        symbolSize: 7,
        label: { show: false },
        itemStyle: { color: stroke.color, borderColor: look.theme.paper, borderWidth: 1 },
        data: marks.flatMap(({ y }) => reaches(spec, line, y)),
      },
    }),
  };
}

/** Lines across at the heights that are marked. */
function markLines({ marks = [] }: LinesSpec, { theme }: Look): Option[] {
  if (marks.length === 0) return [];
  return [
    {
      type: 'line',
      data: [],
      silent: true,
      markLine: {
        silent: true,
        symbol: 'none',
        lineStyle: { color: theme.muted, type: 'dotted', width: 1 },
        label: { position: 'insideEndTop', color: theme.muted, fontFamily: FONT, formatter: '{b}' },
        data: marks.map(({ y, label }) => ({ yAxis: y, name: label })),
      },
    },
  ];
}

function linesOption(figure: Figure, spec: LinesSpec, look: Look): Option {
  const lines = spec.lines.filter(({ name }) => !look.hidden.has(name));
  const xs = extent(spec.lines.flatMap((line) => [...extent(xOf(spec, line))]));
  const total = (at: number): number => spec.lines.reduce((sum, { y }) => sum + (y[at] ?? 0), 0);
  const ys =
    spec.isStacked === true
      ? (spec.at ?? []).map((_, at) => total(at))
      : lines.flatMap(({ y }) => extent(y));
  const y = valueAxis(spec.y, look, extent(ys), look.width < 420 ? 3 : 5);
  return {
    ...frame(figure, look, { left: 78, right: 28, bottom: 46 }),
    xAxis: { ...valueAxis(spec.x, look, xs, ticksOf(look)), nameGap: 28 },
    yAxis: { ...y, nameGap: 58 },
    series: [
      ...lines.map((line) =>
        lineSeries(
          spec,
          line,
          strokeOf(look.theme, spec.palette, look, line.name, spec.lines.indexOf(line)),
          look,
        ),
      ),
      ...markLines(spec, look),
    ],
  };
}

/** What a part says of itself: its name and number, its number, or nothing, as there is room. */
function partText(name: string, number: string, room: number): string {
  const whole = `${name} ${number}`;
  if (whole.length * PART_CHARACTER < room) return whole;
  return number.length * PART_CHARACTER < room ? number : '';
}

function barsOption(figure: Figure, spec: BarsSpec, look: Look): Option {
  const { unit } = spec.x;
  const shown = spec.rows.map((_, row) => row).filter((row) => !look.hidden.has(spec.rows[row]!));
  const totals = shown.map((row) => spec.parts.reduce((sum, { values }) => sum + values[row]!, 0));
  const most = Math.max(...totals, 0);
  const names = shown.map((row) => spec.rows[row]!);
  const left = nameRoom(names, look);
  const perUnit = (look.width - left - BARS_RIGHT) / most;
  const label = { fontFamily: FONT, fontSize: 11, color: look.theme.onPart };
  const parts = spec.parts.map(({ name, values }, index) => ({
    type: 'bar',
    stack: 'all',
    name,
    barWidth: 18,
    color: strokeOf(look.theme, spec.palette, look, name, index).color,
    itemStyle: { borderColor: look.theme.paper, borderWidth: 0.6 },
    emphasis: { disabled: true },
    label: {
      show: true,
      ...label,
      formatter: ({ value }: { value: number }) =>
        partText(name, told(value, unit), value * perUnit - PART_FREE),
    },
    data: shown.map((row) => values[row]!),
  }));
  const total = {
    type: 'bar',
    stack: 'all',
    silent: true,
    label: {
      show: true,
      position: 'right',
      ...label,
      color: look.theme.ink,
      formatter: ({ dataIndex }: { dataIndex: number }) => told(totals[dataIndex]!, unit),
    },
    data: shown.map(() => 0),
  };
  return {
    ...frame(figure, look, { left, right: BARS_RIGHT, bottom: 46 }),
    xAxis: {
      ...valueAxis(spec.x, look, [0, most], ticksOf(look, left)),
      nameGap: 28,
    },
    yAxis: nameAxis(names, look),
    series: [...parts, total],
  };
}

function rangesOption(figure: Figure, spec: RangesSpec, look: Look): Option {
  const rows = shownRows(spec, look);
  const { unit } = spec.x;
  const color = (name: string): string => strokeOf(look.theme, 'systems', look, name, 0).color;
  const names = rows.map(({ name }) => name);
  const left = nameRoom(names, look);
  const ends: [number, number] = [
    Math.min(...rows.map(({ low }) => low)),
    Math.max(...rows.map(({ high }) => high)),
  ];
  return {
    ...frame(figure, look, { left, right: 74, bottom: 40 }),
    xAxis: { ...valueAxis(spec.x, look, ends, ticksOf(look, left)), nameGap: 26 },
    yAxis: nameAxis(names, look),
    series: [
      ...rows.map(({ name, low, high }, row) => ({
        type: 'line',
        name,
        showSymbol: false,
        emphasis: { disabled: true },
        lineStyle: { color: color(name), width: 7, cap: 'round' },
        data: [
          [low, row],
          [high, row],
        ],
      })),
      {
        type: 'scatter',
        symbolSize: 12,
        z: 3,
        data: rows.map(({ name, mid }, row) => ({
          value: [mid, row],
          itemStyle: { color: color(name), borderColor: look.theme.paper, borderWidth: 2 },
        })),
      },
      {
        type: 'scatter',
        silent: true,
        symbolSize: 0.1,
        data: rows.map(({ high }, row) => [high, row]),
        label: {
          show: true,
          position: 'right',
          distance: 10,
          ...textOf(look),
          formatter: ({ dataIndex }: { dataIndex: number }) => told(rows[dataIndex]!.mid, unit),
        },
      },
    ],
  };
}

/** The picture of a figure. */
export function optionOf(figure: Figure, look: Look): Option {
  const { spec } = figure;
  switch (spec.kind) {
    case 'lines':
      return linesOption(figure, spec, look);
    case 'bars':
      return barsOption(figure, spec, look);
    case 'points':
      return pointsOption(figure, spec, look);
    case 'ranges':
      return rangesOption(figure, spec, look);
    case 'tornado':
      return tornadoOption(figure, spec, look);
  }
}
