// Functions and moments that a replay is asked for: the trace has them. What it does not have is refused where it was said.

import { MS_PER_MINUTE } from '../abi/unit.ts';
import { type RefusedArgument, nearestName, shortened } from '../check/index.ts';
import { type Experiment, mapsOf, planOf } from '../experiment/index.ts';
import { expectFunctions } from '../replay/index.ts';
import type { Trace } from '../trace/index.ts';
import { type ExperimentFlags, refusedAt, whereSaid } from './asked.ts';
import { UsageError } from './fault.ts';

/** What is said of a function's memory, as a path; a name may have dots. */
function memoryPath({ argument, found }: RefusedArgument): readonly string[] {
  const [group, own] = ['memory.', '.limit'];
  if (!argument.startsWith(group)) return ['memory', String(found)];
  const name = argument.slice(group.length);
  return name.endsWith(own) ? ['memory', name.slice(0, -own.length), 'limit'] : ['memory', name];
}

/** Functions whose memory is said are the trace's, and have room for it. */
export function expectKnown(path: string | undefined, experiment: Experiment, trace: Trace): void {
  refusedAt(
    (refused) => whereSaid(path, { name: refused.argument, isGiven: false }, memoryPath(refused)),
    () => expectFunctions(trace, planOf(experiment)),
  );
}

/** Maps are of a function that the trace has, and at moments within it. */
export function expectMapped(
  path: string | undefined,
  flags: ExperimentFlags,
  experiment: Experiment,
  { functions, spanMs }: Trace,
): void {
  const { maps, mapsOf: name } = experiment.outputs;
  const chosen = mapsOf(experiment);
  if (chosen === undefined) return;
  const { moments } = chosen;
  const known = functions.map((one) => one.name);
  if (name !== undefined && !known.includes(name)) {
    const option = { name: '--maps-of', isGiven: flags.mapsOf !== undefined };
    const nearest = nearestName(name, known);
    const hint = nearest === undefined ? '' : ` (did you mean ${nearest}?)`;
    const where = whereSaid(path, option, ['outputs', 'mapsOf']);
    const found = JSON.stringify(shortened(name));
    throw new UsageError(`${where}: expected a function of the trace${hint}, found ${found}`);
  }
  if (typeof moments === 'number' || moments.every((ms) => ms <= spanMs)) return;
  const option = { name: '--maps', isGiven: flags.maps !== undefined };
  const where = whereSaid(path, option, ['outputs', 'maps']);
  const within = `moments within the trace's ${spanMs / MS_PER_MINUTE} minutes`;
  throw new UsageError(`${where}: expected ${within}, found ${JSON.stringify(maps)}`);
}
