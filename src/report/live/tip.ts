/** What a figure says at a place that somebody points at: names and values, largest first. */
import { type Look, strokeOf } from '../figure/look.ts';
import { type BarsSpec, type Figure, type LinesSpec, type Spec, told } from '../figure/spec.ts';

/** What echarts hands to a tooltip's formatter, as far as it is needed. */
export type Pointed = {
  readonly axisValue?: number | string;
  readonly dataIndex?: number;
  readonly seriesName?: string;
};

type Line = { readonly name: string; readonly text: string; readonly color?: string | undefined };

/** The index of the last instant at or before; the first if there is none. */
export function holding(at: readonly number[], x: number): number {
  let [low, high] = [0, at.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at[middle]! <= x) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}

function ofLines(spec: LinesSpec, x: number, look: Look): Line[] {
  const shown = spec.lines
    .map((line, index) => ({ line, index, value: line.y[holding(line.x ?? spec.at ?? [], x)]! }))
    .filter(({ line }) => !look.hidden.has(line.name));
  const total = shown.reduce((sum, { value }) => sum + value, 0);
  const ordered =
    spec.isStacked === true ? shown.toReversed() : shown.toSorted((a, b) => b.value - a.value);
  const lines = ordered.map(({ line: { name }, index, value }) => ({
    name,
    text: told(value, spec.y.unit),
    color: strokeOf(look.theme, spec.palette, look, name, index).color,
  }));
  return spec.isStacked === true
    ? [{ name: 'all', text: told(total, spec.y.unit) }, ...lines]
    : lines;
}

function ofBar(spec: BarsSpec, row: number, look: Look): Line[] {
  const lines = spec.parts.map(({ name, values }, index) => ({
    name,
    value: values[row]!,
    color: strokeOf(look.theme, spec.palette, look, name, index).color,
  }));
  const total = lines.reduce((sum, { value }) => sum + value, 0);
  const shown = lines.filter(({ value }) => value > 0);
  return [
    ...shown.map(({ name, value, color }) => ({ name, color, text: told(value, spec.x.unit) })),
    { name: 'all', text: told(total, spec.x.unit) },
  ];
}

function rowNamed(spec: Spec, name: string): Line[] {
  if (spec.kind === 'points') {
    const one = spec.points.find((point) => point.name === name);
    if (one === undefined) return [];
    return [
      { name: spec.x.label, text: told(one.x, spec.x.unit) },
      { name: spec.y.label, text: told(one.y, spec.y.unit) },
    ];
  }
  const { unit } = spec.x;
  if (spec.kind === 'ranges') {
    const one = spec.rows.find((row) => row.name === name);
    if (one === undefined) return [];
    const values = { 'low prices': one.low, 'typical prices': one.mid, 'high prices': one.high };
    return Object.entries(values).map(([level, value]) => ({
      name: level,
      text: told(value, unit),
    }));
  }
  if (spec.kind !== 'tornado') return [];
  const one = spec.rows.find((row) => row.name === name);
  if (one === undefined) return [];
  return [
    { name: 'at its low end', text: told(one.low, unit) },
    { name: 'at its high end', text: told(one.high, unit) },
  ];
}

/** Heading and lines; none where there is nothing. */
export function tipOf(
  { spec }: Figure,
  look: Look,
  pointed: Pointed,
): { head: string; lines: Line[] } {
  const { axisValue = '', seriesName = '' } = pointed;
  if (spec.kind === 'lines') {
    const x = Number(axisValue);
    return { head: told(x, spec.x.unit), lines: ofLines(spec, x, look) };
  }
  const name = spec.kind === 'points' ? seriesName : String(axisValue);
  if (spec.kind !== 'bars') return { head: name, lines: rowNamed(spec, name) };
  const row = spec.rows.indexOf(name);
  return { head: name, lines: row < 0 ? [] : ofBar(spec, row, look) };
}
