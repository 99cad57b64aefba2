/**
 * What a figure shows, as plain data: its points and what they are. The picture (`option.ts`), the table beside it and the file of
 * its numbers are all made from this, on the server and in the page alike.
 */
import { formatBytes, formatCount, formatMs, formatNumber, formatRatio } from '../unit.ts';

export type Unit =
  'ms' | 'bytes' | 'count' | 'share' | 'ratio' | 'percent' | 'minutes' | 'number' | 'gibSeconds';

export type Axis = {
  readonly label: string;
  readonly unit: Unit;
  readonly isLog?: boolean;
  readonly min?: number;
  readonly max?: number;
};

/** Which colours names have. */
export type Palette = 'systems' | 'causes' | 'steps';

/** A step function: each value holds until the next. */
export type Line = {
  readonly name: string;
  /** Absent: the spec's own. */
  readonly x?: readonly number[];
  readonly y: readonly number[];
};

export type LinesSpec = {
  readonly kind: 'lines';
  readonly palette: Palette;
  readonly x: Axis;
  readonly y: Axis;
  readonly at?: readonly number[];
  readonly lines: readonly Line[];
  /** Filled and on top of each other. */
  readonly isStacked?: boolean;
  /** Heights that are marked, with a dot on each line that reaches them. */
  readonly marks?: readonly { readonly y: number; readonly label: string }[];
};

export type BarsSpec = {
  readonly kind: 'bars';
  readonly palette: Palette;
  readonly x: Axis;
  readonly rows: readonly string[];
  /** On top of each other; `values` has one a row. */
  readonly parts: readonly { readonly name: string; readonly values: readonly number[] }[];
};

export type Point = { readonly name: string; readonly x: number; readonly y: number };

export type PointsSpec = {
  readonly kind: 'points';
  readonly x: Axis;
  readonly y: Axis;
  /** A system each. */
  readonly points: readonly Point[];
  /** What they are held against, without a system's colour: a line through its points in their order, and points beside it. */
  readonly against?: { readonly line: readonly Point[]; readonly beside: readonly Point[] };
};

/** From low to high, with a dot at the middle. */
export type RangesSpec = {
  readonly kind: 'ranges';
  readonly x: Axis;
  readonly rows: readonly {
    readonly name: string;
    readonly low: number;
    readonly mid: number;
    readonly high: number;
  }[];
};

/** Changes to both sides of what is now. */
export type TornadoSpec = {
  readonly kind: 'tornado';
  readonly x: Axis;
  readonly rows: readonly { readonly name: string; readonly low: number; readonly high: number }[];
};

export type Spec = LinesSpec | BarsSpec | PointsSpec | RangesSpec | TornadoSpec;

export type Figure = {
  readonly id: string;
  readonly title: string;
  /** What it shows, for who does not see it; whole sentences. */
  readonly note: string;
  readonly spec: Spec;
};

const MINUTES_PER_HOUR = 60;

/** `9:05`, since the trace's begin. */
function formatMinutes(minutes: number): string {
  const whole = Math.floor(minutes);
  const rest = String(whole % MINUTES_PER_HOUR).padStart(2, '0');
  return `${Math.floor(whole / MINUTES_PER_HOUR)}:${rest}`;
}

const FORMATS: Readonly<Record<Unit, (value: number) => string>> = {
  ms: formatMs,
  bytes: formatBytes,
  count: formatCount,
  share: (value) => `${formatNumber(100 * value)} %`,
  ratio: formatRatio,
  percent: (value) => `${value > 0 ? '+' : ''}${formatNumber(value)} %`,
  minutes: formatMinutes,
  number: formatNumber,
  gibSeconds: (value) => `${formatNumber(value)} GiB·s`,
};

/** A value as people read it. */
export function told(value: number, unit: Unit): string {
  return FORMATS[unit](value);
}

export type Cell = { readonly value: string | number; readonly unit?: Unit };
export type Table = { readonly columns: readonly string[]; readonly rows: readonly Cell[][] };

function lineTable({ x, y, at, lines }: LinesSpec): Table {
  if (at !== undefined) {
    const rows = at.map((value, index) => [
      { value, unit: x.unit },
      ...lines.map((line) => ({ value: line.y[index]!, unit: y.unit })),
    ]);
    return { columns: [x.label, ...lines.map(({ name }) => name)], rows };
  }
  const rows = lines.flatMap((line) =>
    line.y.map((value, index): Cell[] => [
      { value: line.name },
      { value: line.x![index]!, unit: x.unit },
      { value, unit: y.unit },
    ]),
  );
  return { columns: ['line', x.label, y.label], rows };
}

function barTable({ x: { unit }, rows, parts }: BarsSpec): Table {
  const cells = rows.map((name, row) => {
    const values = parts.map(({ values: all }) => all[row]!);
    const total = values.reduce((sum, value) => sum + value, 0);
    return [{ value: name }, ...[...values, total].map((value) => ({ value, unit }))];
  });
  return { columns: ['system', ...parts.map(({ name }) => name), 'all'], rows: cells };
}

/** The points of a figure, one for one. */
export function tableOf(spec: Spec): Table {
  if (spec.kind === 'lines') return lineTable(spec);
  if (spec.kind === 'bars') return barTable(spec);
  const { unit, label } = spec.x;
  if (spec.kind === 'points') {
    const { y, points, against: { line, beside } = { line: [], beside: [] } } = spec;
    const rows = [...points, ...line, ...beside].map((one) => [
      { value: one.name },
      { value: one.x, unit },
      { value: one.y, unit: y.unit },
    ]);
    const what = spec.against === undefined ? 'system' : 'system or policy';
    return { columns: [what, label, y.label], rows };
  }
  if (spec.kind === 'ranges') {
    const rows = spec.rows.map(({ name, low, mid, high }) => [
      { value: name },
      ...[low, mid, high].map((value) => ({ value, unit })),
    ]);
    return { columns: ['system', 'low prices', 'typical prices', 'high prices'], rows };
  }
  const rows = spec.rows.map(({ name, low, high }) => [
    { value: name },
    { value: low, unit },
    { value: high, unit },
  ]);
  return { columns: ['price', 'at its low end', 'at its high end'], rows };
}

/** A cell as people read it. */
export function cellText({ value, unit }: Cell): string {
  return typeof value === 'string' || unit === undefined ? String(value) : told(value, unit);
}
