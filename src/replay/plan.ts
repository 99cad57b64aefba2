// A replay said in words and numbers: what a worker can be handed, and what a command line says.

import {
  GROWTHS,
  HOST_PLACEMENTS,
  type HostCache,
  KEEP_ALIVES,
  PLACEMENTS,
  type MachineConfig,
  type OwnMemory,
  type WorkloadParameters,
  idlePolicyOf,
  policyOf,
  systemOf,
  whenFullOf,
  withMemory,
} from '../serverless/index.ts';
import { type PriceChoice, pricesOf } from '../cost/index.ts';
import { RefusedArgument, nearestName } from '../check/index.ts';
import type { Trace } from '../trace/index.ts';
import type { ReplayOptions } from './replay.ts';

export type PlanMachine = Pick<
  MachineConfig,
  'containersPerVm' | 'containerFramesPerVm' | 'containerKernelFrames' | 'cpusPerVm'
>;

export interface ReplayPlan {
  /** Systems as `NAME` or `NAME:ARGUMENT`, in the order of the results. */
  readonly systems: readonly string[];
  readonly seed: number;
  /** Minutes at the begin that are played but not measured. */
  readonly warmupMinutes?: number | undefined;
  /** Policies as `NAME` or `NAME:ARGUMENT`; of keep-alive also a time alone. */
  readonly keepAlive?: string | undefined;
  /** Policies as `NAME` or `NAME:ARGUMENT`, commas between. */
  readonly idle?: string | undefined;
  readonly placement?: string | undefined;
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
  readonly prices?: PriceChoice | undefined;
  /** Figures of the machine; the others are the published one's. */
  readonly machine?: Partial<PlanMachine> | undefined;
  readonly workload?: Partial<WorkloadParameters> | undefined;
  /** Memory of functions, by their names in the trace. */
  readonly memory?: Readonly<Record<string, OwnMemory>> | undefined;
}

/** Every function whose memory is said is one of the trace. Throws RefusedArgument. */
export function expectFunctions({ functions }: Trace, { memory = {} }: ReplayPlan): void {
  const names = functions.map(({ name }) => name);
  const known = new Set(names);
  const unknown = Object.keys(memory).find((name) => !known.has(name));
  if (unknown === undefined) return;
  const nearest = nearestName(unknown, names);
  const hint = nearest === undefined ? '' : ` (did you mean ${nearest}?)`;
  throw new RefusedArgument('memory', `functions of the trace${hint}`, unknown);
}

/** The plan with its names looked up; an unknown one is an ArgumentError, of prices a RefusedArgument. */
export function optionsOf(plan: ReplayPlan): ReplayOptions {
  const { systems, seed, warmupMinutes, keepAlive, idle, placement, growth } = plan;
  const { idleReclaimMs, hostCache, hostFrames, hosts, hostPlacement, whenFull } = plan;
  const { contention, interference, prices, machine, workload, memory } = plan;
  return {
    systems: systems.map(systemOf),
    seed,
    warmupMinutes,
    prices: prices === undefined ? undefined : pricesOf(prices),
    keepAlive: keepAlive === undefined ? undefined : policyOf(keepAlive, KEEP_ALIVES, 'fixed'),
    idle: idle === undefined ? undefined : idlePolicyOf(idle),
    hosts,
    hostPlacement:
      hostPlacement === undefined ? undefined : policyOf(hostPlacement, HOST_PLACEMENTS),
    whenFull: whenFull === undefined ? undefined : whenFullOf(whenFull),
    contention,
    interference,
    workload,
    profile:
      memory &&
      (({ name }, made) => {
        const own = memory[name];
        return own === undefined ? made : withMemory(made, own);
      }),
    machine: {
      ...machine,
      idleReclaimMs,
      hostCache,
      ...(hostFrames === undefined ? {} : { hostFrames }),
      ...(placement === undefined ? {} : { placement: policyOf(placement, PLACEMENTS) }),
      ...(growth === undefined ? {} : { growth: policyOf(growth, GROWTHS) }),
    },
  };
}
