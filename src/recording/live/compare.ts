// How far two series of the same figure lie apart.

import type { Figures } from './figures.ts';

/** One figure of both guests over time. */
export interface LiveSeries {
  /** What is looked at. */
  readonly name: string;
  /** The kernel's, at each moment. */
  readonly kernel: readonly number[];
  /** The emulated guest's. */
  readonly live: readonly number[];
  /** Mean distance as a share of the kernel's mean; for percentages in points. undefined: the kernel has none of it. */
  readonly meanDifference: number | undefined;
  /** Distance at the last moment as a share of the kernel's. */
  readonly endDifference: number | undefined;
}

function shareOf(distance: number, whole: number, isPercentage: boolean): number | undefined {
  if (isPercentage) return distance;
  if (whole === 0) return distance === 0 ? 0 : undefined;
  return distance / whole;
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

function compare(name: string, kernel: readonly number[], live: readonly number[]): LiveSeries {
  const isPercentage = name.endsWith('%');
  const distances = kernel.map((value, at) => Math.abs(value - (live[at] ?? 0)));
  const moments = kernel.length;
  return {
    name,
    kernel,
    live,
    meanDifference: shareOf(sum(distances) / moments, sum(kernel) / moments, isPercentage),
    endDifference: shareOf(distances.at(-1) ?? 0, kernel.at(-1) ?? 0, isPercentage),
  };
}

function column(of: readonly Figures[], name: string): number[] {
  return of.map((figures) => figures[name] ?? 0);
}

/** The series of all figures that one of the two ever has, in the order in which they are named. */
export function compareSeries(kernel: readonly Figures[], live: readonly Figures[]): LiveSeries[] {
  const names = new Set([...kernel, ...live].flatMap((figures) => Object.keys(figures)));
  return [...names]
    .map((name) => compare(name, column(kernel, name), column(live, name)))
    .filter((series) => [...series.kernel, ...series.live].some((value) => value !== 0));
}
