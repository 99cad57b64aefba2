/** Checks a value against the results schema: first its shape (zod), then the sums that a shape cannot say. */
import * as z from 'zod/mini';
import { en } from 'zod/locales';
import { escaped, isPlainData } from '../check/index.ts';
import {
  FOOTPRINT_CAUSES,
  type FootprintBy,
  type FootprintCause,
  type FunctionResult,
  LATER_REPAIRS,
  type MissingSystem,
  type PriceEffects,
  REPAIRS,
  RESULTS_SCHEMA,
  SENSITIVE_FIGURES,
  type Repairs,
  type Reclaim,
  type Results,
  type SeedsResult,
  type SensitivityResult,
  type StartupMs,
  type SystemResult,
} from './results.ts';

const amount = z.number().check(z.nonnegative());
const whole = z.int().check(z.nonnegative());

const startupMs: z.ZodMiniType<StartupMs> = z.strictObject({
  mean: amount,
  p50: amount,
  p95: amount,
  p99: amount,
  max: amount,
  steps: z.record(z.string(), amount),
});

const causes = FOOTPRINT_CAUSES.map((cause) => [cause, amount]);
const footprintBy: z.ZodMiniType<FootprintBy> = z.strictObject(
  Object.fromEntries(causes) as Record<FootprintCause, typeof amount>,
);

const reclaim: z.ZodMiniType<Reclaim> = z.strictObject({
  askedBytes: amount,
  gotBytes: amount,
  migratedPages: whole,
  meanMs: amount,
  p99Ms: amount,
});

const numbers = { mean: amount, peak: whole, started: whole };
const column = z.array(amount);

const functionResult: z.ZodMiniType<FunctionResult> = z.strictObject({
  id: whole,
  name: z.string(),
  cold: whole,
  warm: whole,
  queued: whole,
  refused: whole,
  startupMs: amount,
  sandboxMs: amount,
  slowdown: amount,
  footprintGiBSeconds: amount,
  idleSeconds: amount,
  wastedGiBSeconds: amount,
  parks: whole,
  suspends: whole,
  resumes: whole,
  writtenBytes: amount,
  readBytes: amount,
});

const systemResult: z.ZodMiniType<SystemResult> = z.strictObject({
  name: z.string().check(z.minLength(1)),
  starts: z.strictObject({ cold: whole, warm: whole, queued: whole, refused: whole }),
  queueMs: z.strictObject({ mean: amount, p99: amount, max: amount }),
  shortage: z.strictObject({
    evicted: whole,
    killedVms: whole,
    killedCalls: whole,
    undoneStarts: whole,
    unserved: whole,
  }),
  prewarms: z.strictObject({ started: whole, used: whole }),
  idle: z.strictObject({ containerSeconds: amount, wastedGiBSeconds: amount }),
  rests: z.strictObject({
    parks: whole,
    parkedBytes: amount,
    suspends: whole,
    resumes: whole,
    writtenBytes: amount,
    readBytes: amount,
  }),
  containers: z.strictObject({ ...numbers, runningVmShare: amount.check(z.maximum(1)) }),
  vms: z.strictObject(numbers),
  startupMs,
  sandboxMs: z.strictObject({ mean: amount, p50: amount, p95: amount, p99: amount, max: amount }),
  footprintBytes: z.strictObject({ mean: amount, peak: amount }),
  footprintGiBSeconds: amount,
  footprintBy,
  overheadBytes: z.strictObject({ mean: amount, peak: amount }),
  reclaim,
  slowdown: z.strictObject({ mean: amount, p99: amount }),
  cpuMs: z.strictObject({ guest: amount, host: amount }),
  pageOps: whole,
  hash: z.string().check(z.minLength(1)),
  overTime: z.strictObject({ tMs: column, containers: column, idle: column, vms: column }),
  functions: z.array(functionResult),
});

const laterRepairs = Object.fromEntries(LATER_REPAIRS.map((kind) => [kind, true])) as Record<
  (typeof LATER_REPAIRS)[number],
  true
>;
const repairs: z.ZodMiniType<Repairs> = z.partial(
  z.strictObject(
    Object.fromEntries(REPAIRS.map((kind) => [kind, whole])) as Record<
      (typeof REPAIRS)[number],
      typeof whole
    >,
  ),
  laterRepairs,
);

const missingSystem: z.ZodMiniType<MissingSystem> = z.strictObject({
  system: z.string().check(z.minLength(1)),
  reason: z.string().check(z.minLength(1)),
});

const spread = z.strictObject({ perSeed: column, mean: amount, sd: amount });

const seeds: z.ZodMiniType<SeedsResult> = z.strictObject({
  seeds: z.array(z.int()),
  systems: z.array(
    z.strictObject({
      name: z.string().check(z.minLength(1)),
      hashes: z.array(z.string()),
      figures: z.strictObject({
        startupMs: spread,
        sandboxMs: spread,
        footprintGiBSeconds: spread,
        slowdown: spread,
        cpuMs: spread,
      }),
    }),
  ),
});

const ends = z.optional(z.array(amount).check(z.length(2)));

const priceEffects: z.ZodMiniType<PriceEffects> = z.strictObject({
  price: z.string().check(z.minLength(1)),
  lowNs: amount,
  baseNs: amount,
  highNs: amount,
  movesClock: z.boolean(),
  isPlayed: z.boolean(),
  swing: amount,
  effects: z.array(
    z.strictObject({
      system: z.string().check(z.minLength(1)),
      startupMs: ends,
      sandboxMs: ends,
      footprintGiBSeconds: ends,
      slowdown: ends,
      cpuMs: ends,
    }),
  ),
  flips: z.array(
    z.strictObject({
      figure: z.enum(SENSITIVE_FIGURES),
      at: z.enum(['low', 'high']),
      better: z.string(),
      worse: z.string(),
      ratio: amount,
      after: amount,
    }),
  ),
});

export const sensitivitySchema: z.ZodMiniType<SensitivityResult> = z.strictObject({
  tolerance: amount,
  prices: z.array(priceEffects),
});

export const resultsSchema: z.ZodMiniType<Results> = z.strictObject({
  schema: z.literal(RESULTS_SCHEMA),
  seed: z.int(),
  trace: z.strictObject({
    name: z.string(),
    functions: whole,
    invocations: whole,
    spanMs: amount,
    format: z.optional(z.string()),
    isDrawn: z.optional(z.boolean()),
    repairs: z.optional(repairs),
  }),
  systems: z.array(systemResult).check(z.minLength(1)),
  missing: z.optional(z.array(missingSystem)),
  leftOut: z.optional(z.array(missingSystem)),
  wall: z.strictObject({ ms: amount, invocationsPerSecond: amount, pageOpsPerSecond: amount }),
  seeds: z.optional(seeds),
  sensitivity: z.optional(sensitivitySchema),
  configuration: z.optional(
    z.record(
      z.string(),
      z.unknown().check(z.refine((value) => isPlainData(value), 'expected plain data')),
    ),
  ),
  made: z.optional(
    z.strictObject({
      command: z.array(z.string()),
      versions: z.strictObject({ guestmem: z.string(), abi: whole, core: z.string() }),
      peakResidentBytes: z.optional(whole),
    }),
  ),
});

/**
 * The shape of a record as JSON Schema (draft 2020-12), for readers in other languages: docs/results.schema.json. Sums that a shape
 * cannot say, as that parts add up to their whole, are checked by `parseResults` alone.
 */
export function resultsJsonSchema(): Record<string, unknown> {
  const shape = z.toJSONSchema(resultsSchema);
  return { ...shape, title: `guestmem results, schema ${RESULTS_SCHEMA}` };
}

/** A record that does not keep to the schema; `problems` has a line for each fault, led by the field's path. */
export class ResultsError extends Error {
  /** What is wrong, a line each: path, expected, found. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    const lines = problems.map(escaped);
    super(`results are not valid: ${lines.join('; ')}`);
    this.name = 'ResultsError';
    this.problems = lines;
  }
}

/** Parts may be rounded to this unit each when they are written. */
const BYTES_ROUNDING = 1;
const MS_ROUNDING = 0.001;

/** Room for one rounding a part and one of the total, and for the order of additions. */
function sumDiffers(parts: readonly number[], total: number, rounding: number): boolean {
  const sum = parts.reduce((a, b) => a + b, 0);
  const slack = (rounding * (parts.length + 1)) / 2 + 1e-9 * Math.abs(total);
  return Math.abs(sum - total) > slack;
}

function* functionProblems({ functions, starts }: SystemResult): Generator<string> {
  for (const how of ['cold', 'warm', 'queued', 'refused'] as const) {
    const sum = functions.reduce((calls, one) => calls + one[how], 0);
    if (sum !== starts[how]) yield `functions' ${how} do not add up to starts.${how}`;
  }
}

function* systemProblems(system: SystemResult): Generator<string> {
  const { startupMs: startup, footprintBytes, starts } = system;
  if (sumDiffers(Object.values(system.footprintBy), footprintBytes.mean, BYTES_ROUNDING)) {
    yield `footprintBy does not add up to footprintBytes.mean (${footprintBytes.mean})`;
  }
  if (sumDiffers(Object.values(startup.steps), startup.mean, MS_ROUNDING)) {
    yield `startupMs.steps do not add up to startupMs.mean (${startup.mean})`;
  }
  const { p50, p95, p99, max } = startup;
  if (!(p50 <= p95 && p95 <= p99 && p99 <= max)) {
    yield `startupMs quantiles are out of order (${[p50, p95, p99, max].join(', ')})`;
  }
  if (system.sandboxMs.mean > startup.mean + MS_ROUNDING) {
    yield 'sandboxMs.mean is above startupMs.mean';
  }
  if (system.overheadBytes.mean > footprintBytes.mean + BYTES_ROUNDING) {
    yield 'overheadBytes.mean is above footprintBytes.mean';
  }
  yield* functionProblems(system);
  if (startup.mean > max + MS_ROUNDING) yield 'startupMs.mean is above startupMs.max';
  if (starts.cold + starts.queued === 0 && max > 0)
    yield 'startupMs is not 0 although no start was cold';
  if (footprintBytes.mean > footprintBytes.peak + BYTES_ROUNDING) {
    yield 'footprintBytes.mean is above footprintBytes.peak';
  }
}

/** What is wrong with a well-shaped record: one line a fault, none when it is right. */
export function checkResults(results: Results): string[] {
  const problems: string[] = [];
  const { invocations } = results.trace;
  const seen = new Set<string>();
  results.systems.forEach((system, index) => {
    const path = `systems[${index}] (${system.name})`;
    if (seen.has(system.name)) problems.push(`${path}: the name stands twice`);
    seen.add(system.name);
    const { cold, warm, queued, refused } = system.starts;
    if (cold + warm + queued + refused !== invocations) {
      problems.push(`${path}: starts do not add up to trace.invocations (${invocations})`);
    }
    for (const problem of systemProblems(system)) problems.push(`${path}: ${problem}`);
  });
  results.missing?.forEach(({ system }, index) => {
    if (seen.has(system)) problems.push(`missing[${index}] (${system}): the name stands twice`);
    seen.add(system);
  });
  return problems;
}

/** A line for each fault of a shape. */
function shapeProblems({ issues }: z.core.$ZodError): string[] {
  return issues.map((issue) => `${issue.path.join('.') || 'record'}: ${issue.message}`);
}

/** Throws `ResultsError`. */
export function parsedBy<T>(schema: z.ZodMiniType<T>, value: unknown): T {
  const parsed = schema.safeParse(value, { error: en().localeError });
  if (!parsed.success) throw new ResultsError(shapeProblems(parsed.error));
  return parsed.data;
}

/** Shape and sums; throws `ResultsError`. */
export function parseResults(value: unknown): Results {
  const results = parsedBy(resultsSchema, value);
  const problems = checkResults(results);
  if (problems.length > 0) throw new ResultsError(problems);
  return results;
}
