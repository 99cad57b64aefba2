// What a run argues with at the ends of each price, the others being what they are: from its receipts where counts stay, and
// from runs at these ends where somebody played them.

import { ARRAY, FUNCTION, expectFunction, expectName, expectShape } from '../check/index.ts';
import { PRICE_LEVELS, PRICE_NAMES, type OperationName, type Prices } from '../cost/index.ts';
import type { PriceEffects, SensitiveFigure, SensitivityResult } from '../report/index.ts';
import { FIGURES, type Figures, figuresOf } from './figures.ts';
import { resultsOf } from './results.ts';
import { type ReplayRun, expectRun } from './run.ts';
import type { Weights } from './weights.ts';

/** Two figures that differ by less are as good as each other: no order of theirs is a conclusion. */
export const TOLERANCE = 0.01;

type End = 'low' | 'high';

/** By system. */
type Board = ReadonlyMap<string, Figures>;

/** Runs with one price at an end, by price. */
export type PlayedEnds = ReadonlyMap<OperationName, Readonly<Record<End, ReplayRun>>>;

function boardOf(run: ReplayRun): Board {
  return new Map(resultsOf(run).systems.map((system) => [system.name, figuresOf(system)]));
}

/** A board after a price has moved by so much, if no count did. */
function moved(run: ReplayRun, base: Board, slot: number, byNs: number): Board {
  const by = (weights: Weights, figure: keyof Weights): number =>
    (weights[figure][slot] as number) * byNs;
  return new Map(
    run.systems.map(({ name, weights }) => {
      const figures = base.get(name) as Figures;
      const after: Figures = {
        ...figures,
        startupMs: figures.startupMs + by(weights, 'startupMs'),
        sandboxMs: figures.sandboxMs + by(weights, 'sandboxMs'),
        slowdown: figures.slowdown + by(weights, 'slowdown'),
        cpuMs: figures.cpuMs + by(weights, 'cpuMs'),
      };
      return [name, after];
    }),
  );
}

/** Differences below it are the order of additions. */
const ROUNDING = 1e-12;

function effectsOf(base: Board, ends: Readonly<Record<End, Board>>): PriceEffects['effects'] {
  return [...base].flatMap(([system, figures]) => {
    const low = ends.low.get(system);
    const high = ends.high.get(system);
    if (low === undefined || high === undefined) return []; // not played to its end there
    const changed = FIGURES.filter((figure) =>
      [low, high].some(
        (end) => Math.abs(end[figure] - figures[figure]) > ROUNDING * figures[figure],
      ),
    );
    if (changed.length === 0) return [];
    return [{ system, ...Object.fromEntries(changed.map((one) => [one, [low[one], high[one]]])) }];
  });
}

/** Pairs of systems in whose order the end contradicts the base, both by more than the tolerance. */
function flipsOf(base: Board, at: End, end: Board): PriceEffects['flips'] {
  const flips: PriceEffects['flips'] = [];
  for (const figure of FIGURES) {
    for (const [better, before] of base) {
      for (const [worse, beside] of base) {
        const ratio = beside[figure] / before[figure];
        const [above, below] = [end.get(worse), end.get(better)];
        if (above === undefined || below === undefined) continue;
        const after = above[figure] / below[figure];
        if (ratio <= 1 + TOLERANCE || after >= 1 / (1 + TOLERANCE)) continue;
        flips.push({ figure, at, better, worse, ratio, after });
      }
    }
  }
  return flips;
}

/** Of all systems and figures, the largest change in proportion. */
function swingOf(base: Board, effects: PriceEffects['effects']): number {
  let most = 0;
  for (const { system, ...figures } of effects) {
    for (const [figure, ends] of Object.entries(figures) as [SensitiveFigure, number[]][]) {
      const before = (base.get(system) as Figures)[figure];
      for (const after of ends) if (before > 0) most = Math.max(most, Math.abs(after / before - 1));
    }
  }
  return most;
}

function expectPrices(prices: Prices): Prices {
  const { level } = expectShape('prices', prices, {
    ns: { low: ARRAY, typical: ARRAY, high: ARRAY },
  });
  expectName('prices.level', level, PRICE_LEVELS);
  return prices;
}

/** Prices that the clock of some system went by, and that have two ends. */
export function clockPrices(run: ReplayRun, prices: Prices): OperationName[] {
  const { systems } = expectRun('run', run);
  const { ns } = expectPrices(prices);
  return PRICE_NAMES.filter(
    (_, slot) =>
      ns.low[slot] !== ns.high[slot] && systems.some(({ weights }) => weights.onClock[slot] === 1),
  );
}

/**
 * How far each price at its ends moves a run's figures, and which orders of systems turn. `played`: runs at the ends of
 * prices that move the clock (`playEnds`); without them those are told by the run's counts.
 */
export function sensitivityOf(
  run: ReplayRun,
  prices: Prices,
  played: PlayedEnds = new Map(),
): SensitivityResult {
  expectRun('run', run);
  expectPrices(prices);
  expectShape('played', played, { get: FUNCTION });
  const base = boardOf(run);
  const onClock = clockPrices(run, prices);
  const all = PRICE_NAMES.flatMap((price, slot): PriceEffects[] => {
    const [lowNs, , highNs] = PRICE_LEVELS.map((level) => prices.ns[level][slot] as number) as [
      number,
      number,
      number,
    ];
    const baseNs = prices.ns[prices.level][slot] as number;
    if (lowNs === highNs) return [];
    const runs = played.get(price);
    const low = runs ? boardOf(runs.low) : moved(run, base, slot, lowNs - baseNs);
    const high = runs ? boardOf(runs.high) : moved(run, base, slot, highNs - baseNs);
    const effects = effectsOf(base, { low, high });
    const movesClock = onClock.includes(price);
    if (effects.length === 0 && !movesClock) return [];
    const flips = [...flipsOf(base, 'low', low), ...flipsOf(base, 'high', high)];
    const swing = swingOf(base, effects);
    return [
      {
        price,
        lowNs,
        baseNs,
        highNs,
        movesClock,
        isPlayed: runs !== undefined,
        swing,
        effects,
        flips,
      },
    ];
  });
  return { tolerance: TOLERANCE, prices: all.toSorted((a, b) => b.swing - a.swing) };
}

/** Plays each price that moves the clock at its ends: `play` gets the price's figure, and how many runs there will be. */
export async function playEnds(
  run: ReplayRun,
  prices: Prices,
  play: (price: OperationName, ns: number, runs: number) => Promise<ReplayRun>,
): Promise<PlayedEnds> {
  expectFunction('play', play);
  const ends = new Map<OperationName, Record<End, ReplayRun>>();
  const varied = clockPrices(run, prices);
  const runs = 2 * varied.length;
  for (const price of varied) {
    const slot = PRICE_NAMES.indexOf(price);
    const low = await play(price, prices.ns.low[slot] as number, runs);
    const high = await play(price, prices.ns.high[slot] as number, runs);
    ends.set(price, { low, high });
  }
  return ends;
}
