/** Charts as SVG text, drawn by echarts without a browser. No page layout here; the page is html.ts. */
import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, MarkLineComponent } from 'echarts/components';
import { type EChartsCoreOption, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { MIB, MS_PER_MINUTE } from '../abi/unit.ts';
import { COLOURS } from './colour.ts';
import { type Conclusion, JUDGED_WORDS, holds } from './conclusions.ts';
import type { Cdf, TimeSeries } from './detail.ts';
import { FOOTPRINT_CAUSES, type OverTime, type Results } from './results.ts';
import { formatRatio } from './unit.ts';

use([BarChart, LineChart, GridComponent, LegendComponent, MarkLineComponent, SVGRenderer]);

const WIDTH = 960;

/** Points of a line that a chart of this width can show. */
const POINTS_MAX = 480;

const LEGEND: EChartsCoreOption = { top: 5, itemGap: 20, icon: 'roundRect' };

/**
 * A still picture: echarts' hover styles and marks for its own client go, and its counted names become `id`'s own, so that charts
 * of one page do not clash and equal input gives equal text.
 */
function still(svg: string, id: string): string {
  const names = new Map<string, string>();
  return svg
    .replaceAll(/<style ?>[\s\S]*?<\/style>\s*/g, '')
    .replaceAll(/ (?:class|ecmeta_\w+|pointer-events)="[^"]*"/g, '')
    .replaceAll(/\bzr\d+-\w+/g, (name) => {
      const own = names.get(name) ?? `${id}-${names.size}`;
      names.set(name, own);
      return own;
    });
}

function draw(id: string, height: number, option: EChartsCoreOption): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height });
  try {
    chart.setOption({ animation: false, color: [...COLOURS], ...option });
    return still(chart.renderToSVGString({ useViewBox: true }), id);
  } finally {
    chart.dispose();
  }
}

function grid(left: number): EChartsCoreOption {
  return { left, right: 30, top: 50, bottom: 50 };
}

function axis(
  name: string,
  type: 'value' | 'log' | 'category',
  data?: string[],
): EChartsCoreOption {
  const title = { name, nameLocation: 'middle', nameGap: 30 };
  return { type, ...title, ...(data && { data, inverse: true }) };
}

/** A cause has one colour in all charts; other names take the order they come in. */
function causeColour(name: string, index: number): string {
  const place = FOOTPRINT_CAUSES.findIndex((cause) => cause === name);
  return COLOURS[(place < 0 ? index : place) % COLOURS.length]!;
}

/** One horizontal bar a system, stacked by part. */
function stackedBars(
  id: string,
  unit: string,
  systems: readonly string[],
  parts: readonly { name: string; values: number[] }[],
): string {
  return draw(id, 110 + 34 * systems.length, {
    legend: LEGEND,
    grid: grid(150),
    xAxis: axis(unit, 'value'),
    yAxis: axis('', 'category', [...systems]),
    series: parts.map(({ name, values }) => ({ type: 'bar', stack: 'sum', name, data: values })),
  });
}

/** Mean start-up by step. */
export function stepBars({ systems }: Results): string {
  const steps = [...new Set(systems.flatMap((system) => Object.keys(system.startupMs.steps)))];
  const parts = steps.map((name) => ({
    name,
    values: systems.map((system) => system.startupMs.steps[name] ?? 0),
  }));
  return stackedBars('steps', 'ms, mean of cold starts', systems.map(nameOf), parts);
}

/** Mean footprint by cause. */
export function causeBars({ systems }: Results): string {
  const parts = FOOTPRINT_CAUSES.map((name) => ({
    name,
    values: systems.map((system) => system.footprintBy[name] / MIB),
  }));
  return stackedBars('causes', 'MiB, mean over time', systems.map(nameOf), parts);
}

function nameOf({ name }: { name: string }): string {
  return name;
}

/** Start-up of cold starts, share of starts that took at most so long. The time axis is logarithmic. */
export function cdfLines(cdfs: readonly Cdf[]): string {
  const series = cdfs.map(({ system, values, share }) => ({
    type: 'line',
    name: system,
    step: 'end',
    showSymbol: false,
    data: Array.from(values, (value, index) => [value, share[index]!]).filter(([ms]) => ms! > 0),
  }));
  return draw('cdf', 360, {
    legend: LEGEND,
    grid: grid(70),
    xAxis: { ...axis('ms from arrival to the first instruction', 'log'), min: 'dataMin' },
    yAxis: {
      type: 'value',
      max: 1,
      name: 'share of cold starts',
      nameLocation: 'middle',
      nameGap: 40,
    },
    series,
  });
}

/** Rows to draw: in each stretch of time the one with the largest total, so that peaks stay visible. */
function rowsToDraw({ tMs, columns }: TimeSeries): number[] {
  const stride = Math.max(1, Math.ceil(tMs.length / POINTS_MAX));
  const totalAt = (row: number): number =>
    Object.values(columns).reduce((sum, column) => sum + column[row]!, 0);
  const rows: number[] = [];
  for (let start = 0; start < tMs.length; start += stride) {
    let best = start;
    let bestTotal = totalAt(start);
    for (let row = start + 1; row < Math.min(start + stride, tMs.length); row++) {
      const total = totalAt(row);
      if (total > bestTotal) [best, bestTotal] = [row, total];
    }
    rows.push(best);
  }
  return rows;
}

/** Footprint of one system over time, stacked by cause. `maxBytes` gives several charts one scale. */
export function footprintAreas(id: string, series: TimeSeries, maxBytes: number): string {
  const rows = rowsToDraw(series);
  return draw(id, 280, {
    legend: LEGEND,
    grid: grid(80),
    xAxis: axis('minutes', 'value'),
    yAxis: {
      ...axis('MiB', 'value'),
      nameGap: 50,
      max: maxBytes / MIB,
      axisLabel: { showMaxLabel: false },
    },
    series: Object.entries(series.columns).map(([name, column], index) => ({
      type: 'line',
      name,
      color: causeColour(name, index),
      stack: 'sum',
      step: 'end',
      showSymbol: false,
      lineStyle: { width: 0 },
      areaStyle: { opacity: 0.9 },
      data: rows.map((row) => [series.tMs[row]! / MS_PER_MINUTE, column[row]! / MIB]),
    })),
  });
}

/** Containers, those of them that are idle, and VMs of one system over time. */
export function countLines(id: string, { tMs, containers, idle, vms }: OverTime): string {
  const line = (name: string, values: readonly number[]): EChartsCoreOption => ({
    type: 'line',
    name,
    step: 'end',
    showSymbol: false,
    data: tMs.map((ms, at) => [ms / MS_PER_MINUTE, values[at]!]),
  });
  return draw(id, 220, {
    legend: LEGEND,
    grid: grid(80),
    xAxis: axis('minutes', 'value'),
    yAxis: { ...axis('how many', 'value'), nameGap: 50 },
    series: [line('containers', containers), line('idle', idle), line('VMs', vms)],
  });
}

/** Largest total of a series. */
export function peakBytes({ tMs, columns }: TimeSeries): number {
  let peak = 0;
  for (let row = 0; row < tMs.length; row++) {
    let total = 0;
    for (const name in columns) total += columns[name]![row]!;
    peak = Math.max(peak, total);
  }
  return peak;
}

export function statementOf({ figure, system, first }: Conclusion): string {
  return `${JUDGED_WORDS[figure]}: ${system} / ${first}`;
}

/** One group of three bars a ratio, at low, typical and high prices; a line marks 1. */
export function sensitivityBars(conclusions: readonly Conclusion[]): string {
  const levels = ['low', 'typical', 'high'] as const;
  const labels = conclusions.map((one) => `${statementOf(one)}${holds(one) ? '' : ' (!)'}`);
  return draw('sensitivity', 110 + 52 * conclusions.length, {
    legend: LEGEND,
    grid: grid(330),
    xAxis: { ...axis('ratio to the first system', 'value') },
    yAxis: axis('', 'category', labels),
    series: levels.map((level, index) => ({
      type: 'bar',
      name: `${level} prices`,
      data: conclusions.map((one) => one[level]),
      label: { show: true, position: 'right', formatter: ratioLabel },
      ...(index === 0 && {
        markLine: { symbol: 'none', label: { show: false }, data: [{ xAxis: 1 }] },
      }),
    })),
  });
}

function ratioLabel({ value }: { value: number }): string {
  return formatRatio(value);
}
