/** Axes, and what of a picture's room they take. */
import { KIB } from '../../abi/unit.ts';
import type { Look, Option } from './look.ts';
import { type Axis, told } from './spec.ts';

export const FONT = 'system-ui, sans-serif';

/** Of a letter, about. */
export const CHARACTER = 6.7;

/** Of a label of an axis, with its distance. */
const LABEL = 62;

/** Small text of a picture. */
export function textOf({ theme }: Look): Option {
  return { color: theme.ink, fontFamily: FONT, fontSize: 11 };
}

/** How many labels an axis has room for beside what stands left of it. */
export function ticksOf({ width }: Look, left = 96): number {
  return Math.max(3, Math.min(10, Math.floor((width - left) / LABEL)));
}

/** 1, 2 and 5 of each power of ten that a range has, and the next ones outside of it; none of a range that has 0. */
export function logTicks(low: number, high: number): number[] {
  const ticks: number[] = [];
  if (!(low > 0)) return ticks;
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
    for (const digit of [1, 2, 5]) ticks.push(Number((digit * 10 ** power).toPrecision(1)));
  }
  const first = ticks.findLastIndex((tick) => tick <= low);
  const last = ticks.findIndex((tick) => tick >= high);
  return ticks.slice(Math.max(0, first), last < 0 ? ticks.length : last + 1);
}

/** Every second tick and so on, so that labels have room; the digits 1 stay longest. */
function thinned(ticks: readonly number[], most: number): number[] {
  if (ticks.length <= most) return [...ticks];
  const tens = ticks.filter((tick) => Math.abs(Math.log10(tick) % 1) < 1e-9);
  return tens.length >= 2 ? tens : [ticks[0]!, ticks.at(-1)!];
}

/** 1, 2 or 5 of a power of ten, at least so much. */
function niceNumber(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((digit) => digit * power >= least) ?? 10);
}

/** A step of whole units of bytes, hours or minutes that gives about so many ticks. */
function niceStep({ unit }: Axis, high: number, ticks: number): number | undefined {
  if (unit === 'minutes') {
    const steps = [1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1440];
    return steps.find((step) => high / step <= ticks) ?? 1440 * Math.ceil(high / 1440 / ticks);
  }
  if (unit !== 'bytes' || high <= 0) return undefined;
  const size = KIB ** Math.floor(Math.log(high) / Math.log(KIB));
  return size * niceNumber(high / size / ticks);
}

export function valueAxis(
  axis: Axis,
  { theme }: Look,
  range: readonly [number, number],
  most: number,
): Option {
  const { label, unit } = axis;
  const ticks = axis.isLog === true ? logTicks(range[0], range[1]) : [];
  const isLog = ticks.length > 0;
  const high = axis.max ?? range[1];
  const step = isLog ? undefined : niceStep(axis, high, most);
  const isWhole = step !== undefined && unit === 'bytes';
  const max = isWhole ? step * Math.ceil(high / step) : axis.max;
  const shown = thinned(ticks, most);
  return {
    type: isLog ? 'log' : 'value',
    name: label,
    nameLocation: 'middle',
    nameTextStyle: { color: theme.muted, fontFamily: FONT, fontSize: 12 },
    min: isLog ? ticks[0] : (axis.min ?? (range[0] < 0 ? undefined : 0)),
    max: isLog ? ticks.at(-1) : unit === 'minutes' ? range[1] : max,
    ...(step !== undefined && { interval: step }),
    splitNumber: most,
    axisLabel: {
      color: theme.muted,
      fontFamily: FONT,
      fontSize: 12,
      hideOverlap: true,
      ...(isLog && { customValues: shown }),
      formatter: (value: number) => told(value, unit),
      ...(unit === 'minutes' && { showMaxLabel: false }),
    },
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { show: true, lineStyle: { color: theme.grid, width: 1 } },
  };
}

export function nameAxis(names: readonly string[], { theme }: Look): Option {
  return {
    type: 'category',
    data: [...names],
    inverse: true,
    axisLabel: { color: theme.ink, fontFamily: FONT, fontSize: 12, interval: 0 },
    axisLine: { lineStyle: { color: theme.muted } },
    axisTick: { show: false },
  };
}

export function nameRoom(names: readonly string[], look: Look): number {
  const longest = Math.max(0, ...names.map((name) => name.length));
  return Math.min(Math.round(longest * CHARACTER) + 16, look.width * 0.42);
}
