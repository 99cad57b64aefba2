/** How far prices move what a run argues with, as text: a line a price, then the conclusions that depend on one. */
import { alignRows } from './align.ts';
import type { PriceEffects, Results, SensitiveFigure, SystemResult } from './results.ts';
import { SENSITIVE_FIGURES } from './results.ts';
import { formatMs, formatNumber } from './unit.ts';
import { NS_PER_MS } from '../abi/unit.ts';

/** Prices that are told; all are in results.json. */
const TOLD = 12;

const WORDS: Readonly<Record<SensitiveFigure, string>> = {
  startupMs: 'start-up',
  sandboxMs: 'sandbox',
  footprintGiBSeconds: 'GiB·s',
  slowdown: 'slowdown',
  cpuMs: 'CPU',
};

/** A system's figure in the run. */
export function sensitiveBase(system: SystemResult, figure: SensitiveFigure): number {
  if (figure === 'footprintGiBSeconds') return system.footprintGiBSeconds;
  if (figure === 'cpuMs') return system.cpuMs.guest + system.cpuMs.host;
  return system[figure].mean;
}

function percent(share: number): string {
  return `${share > 0 ? '+' : ''}${(100 * share).toFixed(1)} %`;
}

/** The farthest that a figure goes down and up in any system; nothing when it stays. */
function rangeOf(results: Results, { effects }: PriceEffects, figure: SensitiveFigure): string {
  let [down, up] = [0, 0];
  for (const { system: name, [figure]: ends = [] } of effects) {
    const system = results.systems.find((one) => one.name === name) as SystemResult;
    const before = sensitiveBase(system, figure);
    for (const after of ends) {
      down = Math.min(down, after / before - 1);
      up = Math.max(up, after / before - 1);
    }
  }
  const parts = [down, up].filter((share) => Math.abs(share) >= 0.0005);
  return parts.length === 0 ? '' : parts.map(percent).join(' ');
}

function rowOf(results: Results, one: PriceEffects): string[] {
  const { price, lowNs, highNs, movesClock, isPlayed, flips } = one;
  return [
    `${price}${movesClock && !isPlayed ? ' *' : ''}`,
    `${formatMs(lowNs / NS_PER_MS)} - ${formatMs(highNs / NS_PER_MS)}`,
    ...SENSITIVE_FIGURES.map((figure) => rangeOf(results, one, figure)),
    flips.length === 0 ? '' : String(flips.length),
  ];
}

function flipLines({ price, flips }: PriceEffects): string[] {
  return flips.map(
    ({ figure, at, better, worse, ratio, after }) =>
      `${price} at its ${at} end: ${WORDS[figure]} of ${worse} is ${formatNumber(after)} of ${better}'s, not ${formatNumber(ratio)}\n`,
  );
}

/** Text of whole lines; empty for a run that was not asked. */
export function sensitivityText(results: Results): string {
  const { sensitivity } = results;
  if (sensitivity === undefined) return '';
  const { prices, tolerance } = sensitivity;
  const header = ['price', 'range', ...SENSITIVE_FIGURES.map((figure) => WORDS[figure]), 'flips'];
  const rows = prices.slice(0, TOLD).map((one) => rowOf(results, one));
  const flips = prices.flatMap(flipLines);
  const star = prices.some(({ movesClock, isPlayed }) => movesClock && !isPlayed)
    ? '* moves the clock, and with it counts and GiB·s: not in these figures (--sensitivity replay plays them)\n'
    : '';
  const verdict =
    flips.length === 0
      ? `no order of two systems turns, by more than ${formatNumber(100 * tolerance)} %, at any end of any price\n`
      : flips.join('');
  const more = prices.length > TOLD ? `${prices.length - TOLD} more prices in results.json\n` : '';
  return (
    `\nsensitivity: each price at its ends, the others as they are; farthest of any system\n\n` +
    `${alignRows([header, ...rows])}\n\n${more}${star}${verdict}`
  );
}
