// One experiment under several seeds: what each gave, and how far they lie apart.

import { NUMBER, RefusedArgument, type Shape, TEXT, expectShape } from '../check/index.ts';
import type { Results, SeedsResult, SensitiveFigure, Spread } from '../report/index.ts';
import { FIGURES, figuresOf } from './figures.ts';

function spreadOf(perSeed: number[]): Spread {
  const { length } = perSeed;
  const mean = perSeed.reduce((sum, value) => sum + value, 0) / length;
  const squares = perSeed.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { perSeed, mean, sd: length < 2 ? 0 : Math.sqrt(squares / (length - 1)) };
}

const RUN: Shape = {
  name: TEXT,
  startupMs: { mean: NUMBER },
  sandboxMs: { mean: NUMBER },
  slowdown: { mean: NUMBER },
  cpuMs: { guest: NUMBER, host: NUMBER },
};

/** Of systems that all seeds have played to their ends. */
export function seedsOf(runs: readonly Results[]): SeedsResult {
  expectShape('runs', runs, [{ systems: [RUN] }]);
  const [first] = runs;
  if (first === undefined) throw new RefusedArgument('runs', 'one or more', 'none');
  const systems = first.systems.flatMap(({ name }) => {
    const found = runs.map(({ systems: all }) => all.find((one) => one.name === name));
    const played = found.filter((one) => one !== undefined);
    if (played.length < runs.length) return [];
    const figures = FIGURES.map((figure): [SensitiveFigure, Spread] => [
      figure,
      spreadOf(played.map((one) => figuresOf(one)[figure])),
    ]);
    return [
      {
        name,
        hashes: played.map(({ hash }) => hash),
        figures: Object.fromEntries(figures) as never,
      },
    ];
  });
  return { seeds: runs.map(({ seed }) => seed), systems };
}
