// A replay said in words and numbers: what a worker can be handed, and what a command line says.

import {
  ArgumentError,
  type FunctionModel,
  GROWTHS,
  HOST_PLACEMENTS,
  type HostCache,
  KEEP_ALIVES,
  PLACEMENTS,
  type MachineConfig,
  type OwnMemory,
  type SystemSpec,
  type WorkloadParameters,
  idlePolicyOf,
  policyOf,
  systemOf,
  whenFullOf,
  withMemory,
} from '../serverless/index.ts';
import { type PriceChoice, pricesOf } from '../cost/index.ts';
import {
  RefusedArgument,
  expectList,
  expectObject,
  expectText,
  nearestName,
} from '../check/index.ts';
import type { Trace } from '../trace/index.ts';
import type { MapsChoice } from './map-meter.ts';
import { profilesIn } from './profiles.ts';
import type { ReplayOptions } from './replay.ts';

export type PlanMachine = Pick<
  MachineConfig,
  'containersPerVm' | 'containerFramesPerVm' | 'containerKernelFrames' | 'cpusPerVm'
>;

/** What is played, in names and numbers alone: it can be sent to a thread or written to a file. What is absent is as published. */
export interface ReplayPlan {
  /** Systems as `NAME` or `NAME:ARGUMENT`, in the order of the results. */
  readonly systems: readonly string[];
  /** For the record: the trace's draws were made with it. 0 or more. */
  readonly seed: number;
  /** Minutes at the begin that are played but not measured. */
  readonly warmupMinutes?: number | undefined;
  /** Policies as `NAME` or `NAME:ARGUMENT`; of keep-alive also a time alone. */
  readonly keepAlive?: string | undefined;
  /** Policies as `NAME` or `NAME:ARGUMENT`, commas between. */
  readonly idle?: string | undefined;
  /** Which VM of a function gets its next container (`PLACEMENTS`); fullest if not said. */
  readonly placement?: string | undefined;
  /** How CZones begin and grow (`GROWTHS`); predicted if not said. */
  readonly growth?: string | undefined;
  /** Idle containers are asked for memory after so long; undefined: never. */
  readonly idleReclaimMs?: number | undefined;
  /** Hosts; one if not said. */
  readonly hosts?: number | undefined;
  /** Which of them gets a container, by name. */
  readonly hostPlacement?: string | undefined;
  /** What is done when all are full: names, commas between. */
  readonly whenFull?: string | undefined;
  /** Whether VMs that start on a host wait for each other; they do if not said. */
  readonly contention?: boolean | undefined;
  /** Whether work of a VM's devices slows down the calls that run in it; it does if not said. */
  readonly interference?: boolean | undefined;
  /** How guests come to their files; undefined: shared. */
  readonly hostCache?: HostCache | undefined;
  /** Memory of each host; undefined: as much as the published one has. */
  readonly hostFrames?: number | undefined;
  /** Prices in the published ones' places, and the level that the clock goes by. */
  readonly prices?: PriceChoice | undefined;
  /** Figures of the machine; the others are the published one's. */
  readonly machine?: Partial<PlanMachine> | undefined;
  /** What a function's memory is made of, where the trace does not say. Shares want `functions: 'parametric'`. */
  readonly workload?: Partial<WorkloadParameters> | undefined;
  /** How functions get their profiles; measured if not said. */
  readonly functions?: FunctionModel | undefined;
  /** Memory of functions, by their names in the trace. */
  readonly memory?: Readonly<Record<string, OwnMemory>> | undefined;
  /** Memory at chosen moments, as maps; none if not said. */
  readonly maps?: MapsChoice | undefined;
}

/** Every function whose memory is said is one of the trace, and what is said goes together. Throws RefusedArgument. */
export function expectFunctions(trace: Trace, plan: ReplayPlan): void {
  const { memory, workload, functions } = plan;
  if (memory === undefined) return;
  const names = trace.functions.map(({ name }) => name);
  const known = new Set(names);
  const unknown = Object.keys(memory).find((name) => !known.has(name));
  if (unknown === undefined) {
    profilesIn(trace, { workload, functions, profile: profileWith(memory) });
    return;
  }
  const nearest = nearestName(unknown, names);
  const hint = nearest === undefined ? '' : ` (did you mean ${nearest}?)`;
  throw new RefusedArgument('memory', `functions of the trace${hint}`, unknown);
}

/** What `read` makes of a text of the plan, if there is one. What it does not take is refused under the text's name. */
function readOf<T>(
  argument: string,
  text: string | undefined,
  read: (text: string) => T,
): T | undefined {
  if (text === undefined) return undefined;
  try {
    return read(expectText(argument, text));
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    throw new RefusedArgument(argument, error.expected, error.found);
  }
}

/** Gives functions of the trace the memory that is said. */
function profileWith(memory: ReplayPlan['memory']): ReplayOptions['profile'] {
  if (memory === undefined) return undefined;
  expectObject('memory', memory);
  return ({ name }, made) => {
    const own = Object.hasOwn(memory, name) ? memory[name] : undefined;
    const argument = `memory.${name}`;
    return own === undefined ? made : withMemory(made, own, argument);
  };
}

/** What of the machine the plan says; what it does not say is not in it. */
function machineOf(plan: ReplayPlan): ReplayOptions['machine'] {
  const { idleReclaimMs, hostCache, hostFrames, machine = {} } = plan;
  const placement = readOf('placement', plan.placement, (text) => policyOf(text, PLACEMENTS));
  const growth = readOf('growth', plan.growth, (text) => policyOf(text, GROWTHS));
  return {
    ...expectObject('machine', machine),
    idleReclaimMs,
    hostCache,
    ...(hostFrames === undefined ? {} : { hostFrames }),
    ...(placement === undefined ? {} : { placement }),
    ...(growth === undefined ? {} : { growth }),
  };
}

/** The plan with its names looked up. Throws RefusedArgument. */
export function optionsOf(plan: ReplayPlan): ReplayOptions {
  const { seed, warmupMinutes, hosts, contention, interference, prices, workload } = expectObject(
    'plan',
    plan,
  );
  return {
    systems: expectList('systems', plan.systems).map(
      (text) => readOf('systems', text, systemOf) as SystemSpec,
    ),
    seed,
    warmupMinutes,
    prices: prices === undefined ? undefined : pricesOf(expectObject('prices', prices)),
    keepAlive: readOf('keepAlive', plan.keepAlive, (text) => policyOf(text, KEEP_ALIVES, 'fixed')),
    idle: readOf('idle', plan.idle, idlePolicyOf),
    hosts,
    hostPlacement: readOf('hostPlacement', plan.hostPlacement, (text) =>
      policyOf(text, HOST_PLACEMENTS),
    ),
    whenFull: readOf('whenFull', plan.whenFull, whenFullOf),
    contention,
    interference,
    workload,
    functions: plan.functions,
    profile: profileWith(plan.memory),
    machine: machineOf(plan),
    maps: plan.maps === undefined ? undefined : expectObject('maps', plan.maps),
  };
}
