/** The figures of a run, from its record and its details. */
import { MS_PER_MINUTE, PAGEBLOCK_FRAMES } from '../../abi/unit.ts';
import { JUDGED_WORDS } from '../conclusions.ts';
import type { Cdf, Details, Distribution, Judged, TimeSeries } from '../detail.ts';
import {
  FOOTPRINT_CAUSES,
  type Results,
  type SensitiveFigure,
  type SensitivityResult,
  type SystemResult,
} from '../results.ts';
import { sensitiveBase } from '../sensitivity.ts';
import { list } from './rounded.ts';
import { wasteFigures } from './waste.ts';
import type { Axis, BarsSpec, Figure, Line, LinesSpec, TornadoSpec, Unit } from './spec.ts';

const TIME: Axis = { label: 'time since the trace’s begin (hours:minutes)', unit: 'minutes' };

function minutesOf({ tMs }: { readonly tMs: ArrayLike<number> }): number[] {
  return list(Array.from(tMs, (ms) => ms / MS_PER_MINUTE));
}

/** Lines of all systems over time, which have the same instants. */
function overTime(
  id: string,
  title: string,
  note: string,
  y: Axis,
  lines: readonly {
    readonly name: string;
    readonly tMs: ArrayLike<number>;
    readonly y: ArrayLike<number>;
  }[],
): Figure[] {
  const [first] = lines;
  if (first === undefined || first.tMs.length === 0) return [];
  const spec: LinesSpec = {
    kind: 'lines',
    palette: 'systems',
    x: TIME,
    y,
    at: minutesOf(first),
    lines: lines.map(({ name, y: values }) => ({ name, y: list(values) })),
  };
  return [{ id, title, note, spec }];
}

function cdfLines(cdfs: readonly Cdf[]): Line[] {
  return cdfs.map(({ system, values, share }) => {
    const kept = Array.from(values, (value, at) => [value, share[at]!] as const).filter(
      ([value]) => value > 0,
    );
    return {
      name: system,
      x: list(kept.map(([value]) => value)),
      y: list(kept.map(([, part]) => part)),
    };
  });
}

const MARKS = [
  { y: 0.5, label: 'p50' },
  { y: 0.99, label: 'p99' },
];

function cdfFigure(
  { cdfs = {} }: Details,
  of: Distribution,
  title: string,
  note: string,
  x: string,
  share: string,
): Figure[] {
  const lines = cdfLines(cdfs[of] ?? []).filter((line) => line.y.length > 0);
  if (lines.length === 0) return [];
  const spec: LinesSpec = {
    kind: 'lines',
    palette: 'systems',
    x: { label: x, unit: 'ms', isLog: true },
    y: { label: share, unit: 'share', max: 1 },
    lines,
    marks: MARKS,
  };
  return [{ id: `cdf-${of}`, title, note, spec }];
}

/** Whole start-ups, and until the function's own runtime begins. */
export function startFigures(details: Details): Figure[] {
  const marked =
    'A step higher means that more of the cold starts took at most that long; farther left is faster. Dots mark the median (p50) and the 99th percentile (p99). The time axis is logarithmic.';
  return [
    ...cdfFigure(
      details,
      'sandboxMs',
      'Sandbox starts, cumulative',
      `Share of cold starts whose sandbox was there within a time: what the system itself is answerable for. ${marked}`,
      'time until the function’s own runtime begins',
      'share of cold starts',
    ),
    ...cdfFigure(
      details,
      'startupMs',
      'Whole start-ups, cumulative',
      `Share of cold starts that were ready within a time, the function’s own runtime included. ${marked}`,
      'time until the handler’s first instruction',
      'share of cold starts',
    ),
  ];
}

function bars(id: string, title: string, note: string, spec: Omit<BarsSpec, 'kind'>): Figure {
  return { id, title, note, spec: { kind: 'bars', ...spec } };
}

/** Mean start-up by step, in the order in which steps come. */
export function stepFigure({ systems }: Results): Figure[] {
  if (systems.every(({ starts }) => starts.cold === 0)) return [];
  const names = [...new Set(systems.flatMap(({ startupMs }) => Object.keys(startupMs.steps)))];
  const before = (one: string, other: string): boolean =>
    systems.some(({ startupMs: { steps } }) => {
      const order = Object.keys(steps);
      return order.includes(one) && order.indexOf(one) < order.indexOf(other);
    });
  const ordered = names.toSorted((a, b) => Number(before(b, a)) - Number(before(a, b)));
  return [
    bars(
      'steps',
      'Mean start-up by step',
      'Each bar is the mean of a system’s cold starts, its parts are the steps in their order; the number behind it is their sum. Shorter is better.',
      {
        palette: 'steps',
        x: { label: 'mean of cold starts', unit: 'ms' },
        rows: systems.map(({ name }) => name),
        parts: ordered.map((name) => ({
          name,
          values: list(systems.map(({ startupMs }) => startupMs.steps[name] ?? 0)),
        })),
      },
    ),
  ];
}

/** Mean footprint by cause. */
export function causeFigure({ systems }: Results): Figure {
  const shown = FOOTPRINT_CAUSES.filter((cause) =>
    systems.some(({ footprintBy }) => footprintBy[cause] > 0),
  );
  return bars(
    'causes',
    'Mean host memory by cause',
    'Each bar is the host memory that a system holds on average, its parts are what it is held for; the number behind it is their sum. Shorter is better.',
    {
      palette: 'causes',
      x: { label: 'mean over time', unit: 'bytes' },
      rows: systems.map(({ name }) => name),
      parts: shown.map((name) => ({
        name,
        values: list(systems.map(({ footprintBy }) => footprintBy[name])),
      })),
    },
  );
}

function totalOf({ tMs, columns }: TimeSeries): Float64Array {
  const total = new Float64Array(tMs.length);
  for (const column of Object.values(columns)) {
    for (let at = 0; at < total.length; at += 1) total[at]! += column[at]!;
  }
  return total;
}

/** Totals of all systems in one picture. */
export function memoryFigure({ series = [] }: Details): Figure[] {
  return overTime(
    'memory',
    'Host memory over time',
    'Host memory that each system holds, all causes together. Lower is better.',
    { label: 'host memory', unit: 'bytes' },
    series.map((one) => ({ name: one.system, tMs: one.tMs, y: totalOf(one) })),
  );
}

/** A picture a system, by cause, on one scale. */
export function causesOverTime({ series = [] }: Details): Figure[] {
  const peak = Math.max(
    0,
    ...series.map((one) => totalOf(one).reduce((a, b) => Math.max(a, b), 0)),
  );
  return series.map((one, index) => {
    const causes = Object.entries(one.columns).filter(([, column]) =>
      column.some((bytes) => bytes > 0),
    );
    return {
      id: `memory-${index}`,
      title: one.system,
      note: `Host memory of ${one.system} over time by cause, one on top of the other; all systems are on the same scale.`,
      spec: {
        kind: 'lines',
        palette: 'causes',
        isStacked: true,
        x: { ...TIME, label: '' },
        y: { label: '', unit: 'bytes', max: peak },
        at: minutesOf(one),
        lines: causes.map(([name, column]) => ({ name, y: list(column) })),
      },
    };
  });
}

/** How many there were over time. */
export function populationFigures({ systems }: Results): Figure[] {
  const of = (count: 'containers' | 'vms'): { name: string; tMs: number[]; y: number[] }[] =>
    systems.map(({ name, overTime: { tMs, [count]: y } }) => ({ name, tMs, y }));
  return [
    ...overTime(
      'containers',
      'Containers over time',
      'How many containers each system had, idle ones included. Systems differ little: keep-alive decides.',
      { label: 'containers', unit: 'count' },
      of('containers'),
    ),
    ...overTime(
      'vms',
      'VMs over time',
      'How many VMs held these containers. One line a system.',
      { label: 'VMs', unit: 'count' },
      of('vms'),
    ),
  ];
}

export function reclaimFigures(details: Details): Figure[] {
  return cdfFigure(
    details,
    'reclaimMs',
    'How long requests for memory took, cumulative',
    'Share of requests for memory, of the host to guests, that were done within a time, from the request to its last byte. The time axis is logarithmic.',
    'time until the last byte came',
    'share of requests',
  );
}

/** Slower by less is not seen: it is a call's few microseconds. */
const SLOWER_LEAST = 1e-4;

/** Calls by how much they were held up: few are, so the share is of those at or above. */
export function slowdownFigures({ cdfs: { slowdown = [] } = {} }: Details): Figure[] {
  const lines = slowdown.flatMap(({ system, values, share }): Line[] => {
    const kept = Array.from(
      values,
      (value, at) => [value - 1, 1 - (at === 0 ? 0 : share[at - 1]!)] as const,
    ).filter(([by, part]) => by >= SLOWER_LEAST && part > 0);
    if (kept.length < 2) return [];
    return [
      { name: system, x: list(kept.map(([by]) => by)), y: list(kept.map(([, part]) => part)) },
    ];
  });
  if (lines.length === 0) return [];
  const spec: LinesSpec = {
    kind: 'lines',
    palette: 'systems',
    x: { label: 'slower by at least', unit: 'share', isLog: true },
    y: { label: 'share of calls', unit: 'share', isLog: true },
    lines,
  };
  const note =
    'Share of calls that took longer than undisturbed, by at least so much. Lower and farther left is better. Both axes are logarithmic: most calls are not held up at all.';
  return [{ id: 'slowdown', title: 'Slowdown of calls', note, spec }];
}

/** What of the guests' free memory lies in pieces. */
export function fragmentFigures({ series = [] }: Details): Figure[] {
  const counted = series.flatMap(({ system, tMs, counts: { freeFrames, wholeFrames } = {} }) =>
    freeFrames === undefined || wholeFrames === undefined || !freeFrames.some((free) => free > 0)
      ? []
      : [{ name: system, tMs, freeFrames, wholeFrames }],
  );
  return [
    ...overTime(
      'unusable',
      'Unusable free space index over time',
      'Share of the guests’ free memory that lies in blocks smaller than 2 MiB, all VMs of a system together: Gorman’s index for order 9. 0 %: all of it could be given back in whole 2 MiB blocks. Frames on per-cpu lists are not counted, as in Linux; LLFree (mcpv-hyperalloc) has no such lists and is left out.',
      { label: 'unusable for 2 MiB', unit: 'share', max: 1 },
      counted.map(({ name, tMs, freeFrames, wholeFrames }) => ({
        name,
        tMs,
        y: freeFrames.map((free, at) => (free === 0 ? 0 : 1 - wholeFrames[at]! / free)),
      })),
    ),
    ...overTime(
      'whole',
      'Free 2 MiB blocks over time',
      'Free blocks of 2 MiB in the guests of a system, backed by host memory or not: 2 MiB pieces of free blocks of 2 MiB and more.',
      { label: 'free 2 MiB blocks', unit: 'count' },
      counted.map(({ name, tMs, wholeFrames }) => ({
        name,
        tMs,
        y: wholeFrames.map((frames) => frames / PAGEBLOCK_FRAMES),
      })),
    ),
  ];
}

const JUDGED_UNITS: Readonly<Record<Judged, Unit>> = {
  startupMs: 'ms',
  startupP99Ms: 'ms',
  sandboxMs: 'ms',
  footprintGiBSeconds: 'gibSeconds',
  slowdown: 'number',
  cpuMs: 'ms',
};

/** Each figure that prices move, from the low to the high column of the price table. */
export function rangeFigures({ levels = [] }: Details): Figure[] {
  const figures: readonly Judged[] = ['sandboxMs', 'startupMs', 'startupP99Ms', 'cpuMs'];
  if (levels.length === 0) return [];
  return figures.map((figure) => ({
    id: `range-${figure}`,
    title: `${JUDGED_WORDS[figure][0]!.toUpperCase()}${JUDGED_WORDS[figure].slice(1)} over prices`,
    note: `From all prices at their low ends to all at their high ends; the dot and the number are at typical prices. Where bars of two systems do not overlap, no level of prices turns their order.`,
    spec: {
      kind: 'ranges',
      x: { label: JUDGED_WORDS[figure], unit: JUDGED_UNITS[figure], isLog: true },
      rows: levels.map(({ system, figures: { [figure]: at } }) => {
        const [low, mid, high] = list(at) as [number, number, number];
        return { name: system, low, mid, high };
      }),
    },
  }));
}

const TORNADO_ROWS = 12;

/** How far a price moves a figure. */
function size({ low, high }: TornadoSpec['rows'][number]): number {
  return Math.max(Math.abs(low), Math.abs(high));
}

/** Prices that move a figure of a system, those that move it most first. */
function tornadoOf(
  { prices }: SensitivityResult,
  figure: SensitiveFigure,
  system: SystemResult,
): Figure[] {
  const base = sensitiveBase(system, figure);
  const rows = prices.flatMap(({ price, effects }) => {
    const ends = effects.find((one) => one.system === system.name)?.[figure];
    if (ends === undefined || base === 0) return [];
    const [low, high] = list(ends.map((end) => 100 * (end / base - 1))) as [number, number];
    return [{ name: price, low, high }];
  });
  const shown = rows
    .toSorted((a, b) => size(b) - size(a))
    .filter((row) => size(row) >= 0.05)
    .slice(0, TORNADO_ROWS);
  if (shown.length === 0) return [];
  const words = JUDGED_WORDS[figure];
  return [
    {
      id: tornadoId(figure, system.name),
      title: `What moves ${words} of ${system.name}`,
      note: `Each price alone at its low end (blue) and at its high end (orange), the others as they are: by how much ${words} of ${system.name} changes. The prices that move it most, at most ${TORNADO_ROWS}.`,
      spec: { kind: 'tornado', x: { label: `change of ${words}`, unit: 'percent' }, rows: shown },
    },
  ];
}

export function tornadoId(figure: string, system: string): string {
  return `tornado-${figure}-${system}`;
}

export const TORNADO_FIGURES: readonly SensitiveFigure[] = [
  'startupMs',
  'sandboxMs',
  'cpuMs',
  'slowdown',
  'footprintGiBSeconds',
];

/** One a figure and a system, where prices move it. */
export function tornadoFigures(results: Results, details: Details): Figure[] {
  const sensitivity = results.sensitivity ?? details.sensitivity;
  if (sensitivity === undefined) return [];
  return TORNADO_FIGURES.flatMap((figure) =>
    results.systems.flatMap((system) => tornadoOf(sensitivity, figure, system)),
  );
}

/** All of a run but what a reader chooses among (`tornadoFigures`), in the order of the page. */
export function figuresOf(results: Results, details: Details): Figure[] {
  return [
    ...startFigures(details),
    ...stepFigure(results),
    ...memoryFigure(details),
    causeFigure(results),
    ...causesOverTime(details),
    ...populationFigures(results),
    ...wasteFigures(results, details),
    ...reclaimFigures(details),
    ...slowdownFigures(details),
    ...fragmentFigures(details),
    ...rangeFigures(details),
  ];
}
