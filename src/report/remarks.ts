/** What a reader of the figures has to know of them, in words: what was repaired or filled in of the trace, which systems are missing. */
import { OBJECT, expectShape } from '../check/index.ts';
import { type MissingSystem, REPAIRS, type Repairs, type Results } from './results.ts';
import { formatCount } from './unit.ts';

type Phrase = (count: string, functions: string) => string;

const PHRASES: Readonly<Record<keyof Repairs, Phrase>> = {
  mergedRows: (count) => `${count} rows of functions that stood there already were merged`,
  negativeAverages: (count) =>
    `${count} negative averages were replaced by the mean of percentiles`,
  percentilesOrdered: (count) => `percentiles of ${count} rows were put in order`,
  percentilesLowered: (count) => `percentiles of ${count} rows were lowered to their maximum`,
  percentilesFilled: (count) =>
    `percentiles of ${count} rows were missing and made of their average`,
  durationsRaised: (count) => `durations of ${count} calls or rows are raised to 1 ms`,
  startsMoved: (count) => `${count} calls from before the trace's begin were moved to it`,
  functionsWithoutDurations: (count, all) =>
    `durations of ${count} of ${all} functions are drawn from published distributions`,
  functionsWithoutMemory: (count, all) =>
    `memory of ${count} of ${all} functions is drawn from the published distribution`,
  memoryRaised: (count, all) =>
    `memory of ${count} of ${all} functions is raised to what like workloads measured`,
  memoryLowered: (count, all) =>
    `memory of ${count} of ${all} functions is clipped to what like workloads measured`,
};

/** Of a trace: its functions, and how often each repair was made. */
interface Repaired {
  readonly functions: number;
  readonly repairs?: Readonly<Partial<Repairs>> | undefined;
}

/** One line a kind that is there; none for a record that does not say. */
export function repairLines(trace: Repaired): string[] {
  const { functions, repairs = {} } = expectShape('trace', trace, { 'repairs?': OBJECT });
  return REPAIRS.flatMap((kind) => {
    const count = repairs[kind] ?? 0;
    if (count === 0) return [];
    return [`trace: ${PHRASES[kind](formatCount(count), formatCount(functions))}`];
  });
}

function systemLines(word: string, systems: readonly MissingSystem[] = []): string[] {
  return systems.map(({ system, reason }) => `${word}: ${system}: ${reason}`);
}

/** One line a system that is not there. */
export function missingLines({ missing, leftOut }: Results): string[] {
  return [...systemLines('missing', missing), ...systemLines('left out', leftOut)];
}
