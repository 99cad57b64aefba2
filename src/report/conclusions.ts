/** What a run argues with: each system's figures over the first one's, at the three columns of the price table. */
import { JUDGED, type Judged, type LevelFigures } from './detail.ts';

export type Conclusion = {
  readonly figure: Judged;
  readonly system: string;
  /** Whose figure is 1. */
  readonly first: string;
  readonly low: number;
  readonly typical: number;
  readonly high: number;
};

export const JUDGED_WORDS: Readonly<Record<Judged, string>> = {
  startupMs: 'mean start-up',
  startupP99Ms: 'p99 start-up',
  sandboxMs: 'mean sandbox start',
  footprintGiBSeconds: 'footprint',
  slowdown: 'mean slowdown',
  cpuMs: 'CPU time',
};

/** Each later system over the first; none where a ratio is to nothing. */
export function conclusionsOf([first, ...others]: readonly LevelFigures[]): Conclusion[] {
  if (first === undefined) return [];
  return others.flatMap(({ system, figures }) =>
    JUDGED.flatMap((figure): Conclusion[] => {
      const ratios = figures[figure].map((value, level) => value / first.figures[figure][level]!);
      const [low, typical, high] = ratios as [number, number, number];
      if (!ratios.every(Number.isFinite)) return [];
      return [{ figure, system, first: first.system, low, typical, high }];
    }),
  );
}

/** Whether the ratio stays on its side of 1 whatever the prices. */
export function holds({ low, typical, high }: Conclusion): boolean {
  const side = Math.sign(typical - 1);
  return Math.sign(low - 1) === side && Math.sign(high - 1) === side;
}
