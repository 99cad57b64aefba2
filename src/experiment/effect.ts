// Settings of an experiment that change nothing in it, or never come: whoever made them should hear of it.

import { MS_PER_MINUTE } from '../abi/unit.ts';
import { type MachineSetting, optionsOf, repairsOf, systemOf } from '../replay/index.ts';
import type { Trace } from '../trace/index.ts';
import { type Experiment, defaultExperiment, mapsOf, planOf } from './experiment.ts';

/** A setting without effect. */
export interface Ineffective {
  /** Its path in an experiment file. */
  readonly path: readonly string[];
  /** What it does not do, and why. */
  readonly text: string;
}

/** Says why a setting that is not the usual one does nothing; undefined: it may do something. */
type Why = (experiment: Experiment, trace: Trace) => string | undefined;

/** Formats that maps are in. */
const WITH_MAPS = ['json', 'html'];
/** Formats that tell how far prices move results. */
const WITH_PRICES = ['table', 'json', 'html'];

/** None of the systems looks at it. */
function unread(setting: MachineSetting, whose: string): Why {
  return ({ systems }) => {
    const isRead = systems.some((name) => systemOf(name).reads?.includes(setting));
    return isRead ? undefined : `no effect, as it is of ${whose}`;
  };
}

const [OF_SHARED, OF_ZONED] = ['systems of mcpv-*', 'mcpv-czone'];

/** Nothing that is written has it. */
function untold(formats: readonly string[]): Why {
  return ({ outputs }) =>
    outputs.formats.some((name) => formats.includes(name))
      ? undefined
      : `no effect, as none of the formats tells it (${formats.join(', ')})`;
}

/** Longest that a container stays idle, in milliseconds. */
function keepMsOf(experiment: Experiment): number {
  return optionsOf(planOf(experiment)).keepAlive?.().keepMs(0, 0) ?? Infinity;
}

/** Idle containers are gone by then. */
function lateReclaim(experiment: Experiment): string | undefined {
  const afterMs = planOf(experiment).idleReclaimMs ?? 0;
  if (afterMs <= keepMsOf(experiment)) return undefined;
  return 'never comes, as the keep-alive of idle containers ends before it';
}

function lateIdle(experiment: Experiment): string | undefined {
  const steps = optionsOf(planOf(experiment)).idle?.().steps(0, 0) ?? [];
  const keepMs = keepMsOf(experiment);
  const late = steps.filter(({ afterMs }) => afterMs > keepMs).map(({ way }) => way);
  if (late.length === 0) return undefined;
  return `${late.join(', ')} never comes, as the keep-alive of idle containers ends before it`;
}

/** The trace is not as long. */
function beyond({ minutes = 0 }: Experiment, { spanMs }: Trace): string | undefined {
  if (minutes * MS_PER_MINUTE <= spanMs) return undefined;
  return `no effect, as the trace has ${spanMs / MS_PER_MINUTE}`;
}

/** All that a seed could choose stands in the trace. */
function undrawn({ seeds = [] }: Experiment, trace: Trace): string | undefined {
  const { functionsWithoutMemory, functionsWithoutDurations } = repairsOf(trace);
  const isDrawn = trace.calls.kind === 'counted' || functionsWithoutDurations > 0;
  if (seeds.length < 2 || isDrawn || functionsWithoutMemory > 0) return undefined;
  return 'no effect, as nothing of the trace is drawn: all seeds play the same';
}

const onlyHost: Why = ({ hosts }) =>
  hosts.count > 1 ? undefined : 'no effect, as there is one host';

const noMaps: Why = (experiment) =>
  mapsOf(experiment) === undefined ? 'no effect, as there are no maps' : undefined;

/** Where none are asked for, that is no wish that comes to nothing. */
const untoldMaps: Why = (experiment, trace) =>
  mapsOf(experiment) === undefined ? undefined : untold(WITH_MAPS)(experiment, trace);

const ofSessions: Why = (_, { sessions }) =>
  sessions === undefined ? undefined : 'no effect, as sessions have memory of their own';

const WHY: readonly (readonly [path: string, ...why: Why[]])[] = [
  ['minutes', beyond],
  ['seeds', undrawn],
  ['hosts.placement', onlyHost],
  ['machine.containersPerVm', unread('containersPerVm', OF_SHARED)],
  ['machine.containerMemoryPerVm', unread('containerFramesPerVm', OF_SHARED)],
  ['machine.cpusPerVm', unread('cpusPerVm', OF_SHARED)],
  ['functions', ofSessions],
  ['policies.placement', unread('placement', OF_SHARED)],
  ['policies.growth', unread('growth', OF_ZONED)],
  ['policies.idleReclaim', unread('idleReclaimMs', OF_ZONED), lateReclaim],
  ['policies.idle', lateIdle],
  ['outputs.maps', untoldMaps],
  ['outputs.mapsOf', noMaps, untoldMaps],
  ['outputs.sensitivity', untold(WITH_PRICES)],
];

function valueAt(experiment: Experiment, path: readonly string[]): string | undefined {
  const value = path.reduce<unknown>(
    (group, key) => (group as Record<string, unknown>)[key],
    experiment,
  );
  return JSON.stringify(value);
}

/** Settings that are not the usual ones and do nothing, in the order of a file. */
export function withoutEffect(experiment: Experiment, trace: Trace): Ineffective[] {
  const usual = defaultExperiment();
  return WHY.flatMap(([name, ...why]) => {
    const path = name.split('.');
    if (valueAt(experiment, path) === valueAt(usual, path)) return [];
    const [text] = why.flatMap((one) => one(experiment, trace) ?? []);
    return text === undefined ? [] : [{ path, text }];
  });
}
