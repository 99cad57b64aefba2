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

/** Figures that differ by less are as good as each other. */
export const TOLERANCE = 0.01;

/** Whether no level of prices has the ratio on the other side of 1 than another level, each by more than the tolerance. */
export function holds({ low, typical, high }: Conclusion): boolean {
  const ratios = [low, typical, high];
  const isAbove = ratios.some((ratio) => ratio > 1 + TOLERANCE);
  const isBelow = ratios.some((ratio) => ratio < 1 - TOLERANCE);
  return !(isAbove && isBelow);
}
