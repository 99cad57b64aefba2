// What may stand in an experiment file. docs/experiment.md explains it. A key that is left out has its default.

import * as z from 'zod/mini';
import { RefusedArgument, expectName } from '../check/index.ts';
import {
  FUNCTION_MODELS,
  type FunctionModel,
  HOSTS_MAX,
  GROWTHS,
  HOST_CACHES,
  HOST_PLACEMENTS,
  type HostCache,
  KEEP_ALIVES,
  PLACEMENTS,
  PRICE_LEVELS,
  type PriceLevel,
  WORKLOAD_BOUNDS,
  type WorkloadParameters,
  durationMs,
  idlePolicyOf,
  optionsOf,
  policyOf,
  whenFullOf,
} from '../replay/index.ts';
import { FORMATS } from '../report/index.ts';
import {
  SYNTHETIC_HOUR,
  type SyntheticConfig,
  checkSynthetic,
  parseColumns,
  parsePart,
} from '../trace/index.ts';
import { type OwnPrices, ownPrices } from './prices.ts';
import { momentsIn } from './moments.ts';
import { framesOf } from './quantity.ts';
import { checked, either, found, group, list, number, text, whole } from './shape.ts';

/** Figures that are left out are those of the built-in hour. */
export type SyntheticChoice = Partial<Omit<SyntheticConfig, 'popular'>> & {
  readonly popular?: Partial<SyntheticConfig['popular']> | undefined;
};

/** A path, or figures of a load that is made. Paths are relative to the file that they stand in. */
export interface TraceChoice {
  readonly path?: string | undefined;
  readonly columns?: string | undefined;
  /** One of several parts that have all functions between them, such as 1/4. */
  readonly part?: string | undefined;
  readonly synthetic?: SyntheticChoice | undefined;
}

export interface PricesInFile {
  readonly level?: PriceLevel | undefined;
  readonly file?: string | undefined;
  readonly own?: OwnPrices | undefined;
}

export interface ExperimentFile {
  readonly trace?: string | TraceChoice | undefined;
  readonly seed?: number | undefined;
  /** Several, instead of one. */
  readonly seeds?: readonly number[] | undefined;
  readonly minutes?: number | undefined;
  readonly warmupMinutes?: number | undefined;
  readonly hosts?: HostsChoice | undefined;
  readonly machine?: MachineChoice | undefined;
  readonly functions?:
    (Partial<WorkloadParameters> & { readonly model?: FunctionModel | undefined }) | undefined;
  /** By name in the trace. */
  readonly memory?: Readonly<Record<string, MemoryChoice>> | undefined;
  readonly systems?: readonly string[] | undefined;
  readonly policies?: PolicyChoice | undefined;
  readonly prices?: string | PricesInFile | undefined;
  readonly outputs?: OutputChoice | undefined;
}

/** What can be left out of the model, for comparison. */
export const SWITCH = ['on', 'off'] as const;

export type Switch = (typeof SWITCH)[number];

export interface HostsChoice {
  readonly count?: number | undefined;
  /** Of each. */
  readonly memory?: string | undefined;
  readonly cache?: HostCache | undefined;
  readonly placement?: string | undefined;
  /** Policies, commas between. */
  readonly whenFull?: string | undefined;
  /** Whether VMs that start on a host wait for each other. */
  readonly contention?: Switch | undefined;
  /** Whether work of a VM's devices slows down the calls that run in it. */
  readonly interference?: Switch | undefined;
}

export interface MachineChoice {
  readonly containersPerVm?: number | undefined;
  readonly cpusPerVm?: number | undefined;
  readonly containerMemoryPerVm?: string | undefined;
  readonly containerKernelMemory?: string | undefined;
}

/** What a container of a function holds, as sizes. */
export type MemoryChoice = Partial<Record<(typeof MEMORY_KEYS)[number], string>>;

export const MEMORY_KEYS = [
  'anonymous',
  'file',
  'initPeak',
  'growth',
  'callTemporary',
  'limit',
] as const;

export interface PolicyChoice {
  readonly keepAlive?: string | undefined;
  /** Policies, commas between. */
  readonly idle?: string | undefined;
  readonly placement?: string | undefined;
  readonly growth?: string | undefined;
  readonly idleReclaim?: string | undefined;
}

/** From the run's counts, or with runs at the ends of prices that move the clock. */
export const SENSITIVITIES = ['counts', 'replay'] as const;
export type Sensitivity = (typeof SENSITIVITIES)[number];

export interface OutputChoice {
  readonly formats?: readonly string[] | undefined;
  /** How far prices move the results, if it is told. */
  readonly sensitivity?: Sensitivity | undefined;
  /** A row a call, as CSV and Parquet if these are among the formats, else as Parquet. */
  readonly records?: boolean | undefined;
  /** Memory maps in the report: how many moments, or which, commas between; 0: none. */
  readonly maps?: string | undefined;
  /** The function whose VMs they show; if not said, the one with the most work. */
  readonly mapsOf?: string | undefined;
  readonly folder?: string | undefined;
}

/** What stands where a time could for "not at all". */
export const NEVER = 'never';

const size: z.ZodMiniType<string> = text('a size such as 512MiB or 384GiB', framesOf);

/** Frames of a guest have numbers of 32 bits. */
const GUEST_FRAMES_MOST: number = 2 ** 32 - 1;

/** Of a guest, or of what is in one. */
const guestSize: z.ZodMiniType<string> = text('a size such as 512MiB or 2GiB', (value) => {
  if (framesOf(value) <= GUEST_FRAMES_MOST) return;
  throw new RefusedArgument('', 'a size below 16TiB', value);
});
const amount: z.ZodMiniType<number> = number('a number of 0 or more', 0);

/** The built-in hour with other figures. */
export function syntheticOf({ popular, ...others }: SyntheticChoice): SyntheticConfig {
  return { ...SYNTHETIC_HOUR, ...others, popular: { ...SYNTHETIC_HOUR.popular, ...popular } };
}

const synthetic = group({
  name: text('a name'),
  functionCount: amount,
  minutes: amount,
  popular: group({ perMinute: amount, averageMs: amount, memoryMib: amount }),
  maximumOfferedCalls: amount,
  burstyShare: amount,
  burstOnShare: amount,
  diurnal: group({ periodMinutes: amount, baseline: amount }),
}).check(
  z.superRefine((value, context) => {
    try {
      checkSynthetic(syntheticOf(value as SyntheticChoice));
    } catch (error) {
      if (!(error instanceof RefusedArgument)) throw error;
      const message = error.message.slice(error.argument.length + 2);
      context.addIssue({ code: 'custom', path: error.argument.split('.'), message });
    }
  }),
);

const trace = group({
  path: text('a path'),
  columns: text('columns such as time=ts:s,function=fn,duration=dur_ms', parseColumns),
  part: text('a part such as 1/4', parsePart),
  synthetic,
}).check(
  z.superRefine(({ path, columns, part, synthetic: made }, context) => {
    const say = (key: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [key], message });
    if (path === undefined && made === undefined && part === undefined) {
      const message = 'expected path or synthetic, found neither';
      context.addIssue({ code: 'custom', message });
    }
    if (path !== undefined && made !== undefined) {
      say('synthetic', 'expected one of path and synthetic, found both');
    }
    if (path === undefined && columns !== undefined) {
      say('columns', 'expected a path of a trace whose columns they are, found none');
    }
  }),
);

const policies = group({
  keepAlive: text('a time or a policy', (value) => policyOf(value, KEEP_ALIVES, 'fixed')),
  idle: text('policies, commas between', idlePolicyOf),
  placement: text('a policy', (value) => policyOf(value, PLACEMENTS)),
  growth: text('a policy', (value) => policyOf(value, GROWTHS)),
  idleReclaim: text(`a time, or ${NEVER}`, (value) => value === NEVER || durationMs(value)),
});

const level: z.ZodMiniType<PriceLevel> = checked((value) =>
  expectName('prices', value, PRICE_LEVELS),
);

/** A share of 0 to 1, or an amount in the unit that ends the name. */
const functions = group({
  model: checked((value: FunctionModel) => expectName('model', value, FUNCTION_MODELS)),
  ...Object.fromEntries(
    Object.entries(WORKLOAD_BOUNDS).map(([key, { least, most, isFraction }]) => {
      if (isFraction !== true) return [key, whole(least, most)];
      const what = most === 1 ? 'a share' : 'an amount';
      return [key, number(`${what} of ${least} to ${most}`, least, most)];
    }),
  ),
});

const memory: z.ZodMiniType<MemoryChoice> = group(
  Object.fromEntries(MEMORY_KEYS.map((key) => [key, guestSize])),
) as never;

/** YAML has a number of them as a number. */
const moments: z.ZodMiniType<string> = z.pipe(
  z.transform((value) => (typeof value === 'number' ? String(value) : value)),
  text('a number of moments, or times such as 5m,10m', momentsIn),
);

const FORMAT_NAMES: readonly string[] = FORMATS.map(({ name }) => name);

/** The whole file. */
export const experimentFile: z.ZodMiniType<ExperimentFile> = group({
  trace: either(text('a path, or a group of path, columns, synthetic'), trace),
  seed: whole(0),
  seeds: list('seeds', whole(0)),
  minutes: whole(1),
  warmupMinutes: number('minutes, 0 or more', 0),
  hosts: group({
    count: whole(1, HOSTS_MAX),
    memory: size,
    cache: checked((value: HostCache) => expectName('cache', value, HOST_CACHES)),
    placement: text('a policy', (value) => policyOf(value, HOST_PLACEMENTS)),
    whenFull: text('policies, commas between', whenFullOf),
    contention: checked((value: Switch) => expectName('contention', value, SWITCH)),
    interference: checked((value: Switch) => expectName('interference', value, SWITCH)),
  }),
  machine: group({
    containersPerVm: whole(1, 1000),
    cpusPerVm: whole(1, 64),
    containerMemoryPerVm: guestSize,
    containerKernelMemory: guestSize,
  }),
  functions,
  memory: z.record(z.string(), memory, {
    error: ({ input }) => `expected a group of functions by name, found ${found(input)}`,
  }),
  systems: list(
    'systems',
    text('a system', (value) => optionsOf({ systems: [value], seed: 0 })),
  ),
  policies,
  prices: either(level, group({ level, file: text('a path'), own: ownPrices })),
  outputs: group({
    formats: list(
      'formats',
      checked((value: string) => expectName('formats', value, FORMAT_NAMES)),
    ),
    records: checked((value: boolean) => {
      if (typeof value !== 'boolean') throw new RefusedArgument('', 'true or false', value);
    }),
    maps: moments,
    mapsOf: text('a function of the trace'),
    sensitivity: checked((value: Sensitivity) => expectName('sensitivity', value, SENSITIVITIES)),
    folder: text('a folder'),
  }),
}).check(
  z.superRefine(({ seed, seeds, minutes, warmupMinutes = 0 }, context) => {
    if (seed !== undefined && seeds !== undefined) {
      const message = 'expected one of seed and seeds, found both';
      context.addIssue({ code: 'custom', path: ['seeds'], message });
    }
    if (minutes === undefined || warmupMinutes < minutes) return;
    const message = `expected fewer than the ${minutes} of minutes, found ${warmupMinutes}`;
    context.addIssue({ code: 'custom', path: ['warmupMinutes'], message });
  }),
) as never;
