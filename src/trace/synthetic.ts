/**
 * Seeded synthetic load with the published shape of Azure Functions (Shahrad et al., USENIX ATC
 * 2020, called "the paper" below), so that the emulator has a default input that needs no file.
 * Marginal distributions are stratified: a population of 80 functions has the published quantiles
 * at any seed, and the seed decides which function has which. Their correlations are unpublished;
 * they are taken as independent but for the bounds documented at `SyntheticConfig`.
 */
import { RefusedArgument, expectObject } from '../check/index.ts';
import { MS_PER_MINUTE, US_PER_S } from '../abi/unit.ts';
import { typicalDurations, appMemoryMibAt, averageDurationMsAt } from './distribution.ts';
import { MinuteCounts, countedTrace } from './counts.ts';
import { exponential, naturalLog, normalQuantile, power } from './numeric.ts';
import { checkOptions } from './options.ts';
import { type Random, randomStream, shuffle } from '../time/index.ts';
import {
  NO_QUIRKS,
  type Trace,
  type TraceFunction,
  type TraceOptions,
  functionKey,
} from './trace.ts';

/** A synthetic load; `TRACE_SHAPES` makes some by name. */
export interface SyntheticConfig {
  /** The trace's name. */
  readonly name: string;
  /** Functions, the popular one included. */
  readonly functionCount: number;
  /** Length in minutes. */
  readonly minutes: number;
  /**
   * The one most popular function, alone in its app. Patent CN119718539A argues from one Azure
   * function whose replay makes more than 50 microVMs: rate x average duration is the mean number of
   * concurrent calls. The figures are our own choice; memory is the published median of apps.
   */
  readonly popular: {
    readonly perMinute: number;
    readonly averageMs: number;
    readonly memoryMib: number;
  };
  /**
   * No other function offers more than so many mean concurrent calls: longer average durations are
   * cut. Without it, chance could give a popular function a 10-minute duration. Own choice.
   */
  readonly maximumOfferedCalls: number;
  /** Share of functions with bursts: 40 % of apps have inter-arrival CV > 1 (paper, section 3.3). */
  readonly burstyShare: number;
  /** A bursty function is active in this share of its blocks of 5 minutes. Own choice. */
  readonly burstOnShare: number;
  /**
   * Day and night: the load swings between its peak and `baseline` of the peak once a period
   * (paper, figure 4: a flat base of about 50 %). The built-in hour compresses a day into an hour, so that
   * a short replay sees the load both rise and fall. Absent: a flat load.
   */
  readonly diurnal?: { readonly periodMinutes: number; readonly baseline: number } | undefined;
  /**
   * How calls fall to functions: as published, or to all alike. Then none is popular, and none a timer, whose periods would
   * change the rate.
   */
  readonly popularity?: 'published' | 'even' | undefined;
  /** Calls a minute of all functions together, in the mean; absent: what popularity makes of `popular`. */
  readonly perMinute?: number | undefined;
}

/** The load that is played when no trace is named: an hour with a day's rise and fall, 80 functions. */
export const SYNTHETIC_HOUR: SyntheticConfig = {
  name: 'synthetic-hour',
  functionCount: 80,
  minutes: 60,
  popular: { perMinute: 1200, averageMs: 3000, memoryMib: 140 },
  maximumOfferedCalls: 8,
  burstyShare: 0.4,
  burstOnShare: 0.25,
  diurnal: { periodMinutes: 60, baseline: 0.5 },
};

const BURST_BLOCK_MINUTES = 5;

/** Share of functions by trigger (paper, figure 2). */
const TRIGGER_SHARES: readonly (readonly [string, number])[] = [
  ['timer', 0.156],
  ['http', 0.55],
  ['queue', 0.152],
  ['orchestration', 0.069],
  ['storage', 0.028],
  ['event', 0.022],
  ['others', 0.023],
];

/** 54 % of apps have one function, 95 % at most 10 (paper, figure 1); none has more here. */
const SINGLE_FUNCTION_APPS = 0.54;
const LARGEST_APP = 10;

/** Periods of timers, in minutes: what cron expressions say. 95 % fire at most once a minute. */
const TIMER_PERIODS = [1, 5, 10, 15, 30, 60, 720, 1440];

interface Plan {
  readonly name: string;
  readonly perMinute: number;
  readonly averageMs: number;
  app: string;
  appSize: number;
  trigger: string;
}

/**
 * Calls a minute at a share of the population: 45 % of apps at most one an hour, 81 % at most one a
 * minute (paper, figure 5), log-linear between; above, the fourth power of the rest's share in the
 * exponent reproduces that in 100 sampled Azure functions the first makes 80 % of the calls.
 */
function ratePerMinute(share: number, topPerMinute: number): number {
  const perHour = 1 / 60;
  const perDay = 1 / 1440;
  if (share < 0.45) return perDay * power(perHour / perDay, share / 0.45);
  if (share < 0.81) return perHour * power(60, (share - 0.45) / 0.36);
  const rest = (share - 0.81) / 0.19;
  return power(topPerMinute, rest * rest * rest * rest);
}

function strata(count: number): number[] {
  return Array.from({ length: count }, (_, index) => (index + 0.5) / count);
}

function isEven({ popularity }: SyntheticConfig): boolean {
  return popularity === 'even';
}

/** Calls a minute by rank. */
function ratesOf(config: SyntheticConfig): number[] {
  const { functionCount, popular, perMinute } = config;
  const rates = Array.from({ length: functionCount }, (_, rank) => {
    if (isEven(config)) return 1;
    const share = functionCount === 1 ? 1 : 1 - rank / (functionCount - 1);
    return ratePerMinute(share, popular.perMinute);
  });
  if (perMinute === undefined) return rates;
  const sum = rates.reduce((total, rate) => total + rate, 0);
  return rates.map((rate) => (rate * perMinute) / sum);
}

/** Functions from the most to the least popular. */
function planFunctions(config: SyntheticConfig, seed: number): Plan[] {
  const { functionCount, popular, maximumOfferedCalls } = config;
  const rates = ratesOf(config);
  const durationShares = shuffle(strata(functionCount), randomStream(seed, 'durations'));
  const digits = String(functionCount - 1).length;
  return durationShares.map((durationShare, rank) => {
    const perMinute = rates[rank] as number;
    const longestMs = (maximumOfferedCalls * MS_PER_MINUTE) / perMinute;
    const averageMs =
      rank === 0 && !isEven(config)
        ? popular.averageMs
        : Math.min(averageDurationMsAt(durationShare), longestMs);
    const name = `function-${String(rank).padStart(digits, '0')}`;
    return { name, perMinute, averageMs, app: '', appSize: 1, trigger: '' };
  });
}

/** The most popular function is http; timers go to functions of at most one call a minute. */
function assignTriggers(plans: readonly Plan[], config: SyntheticConfig, seed: number): void {
  const labels = TRIGGER_SHARES.flatMap(([trigger, share]) =>
    Array<string>(Math.round(share * plans.length)).fill(trigger),
  );
  const others = labels.filter((label) => label !== 'timer');
  const timers = isEven(config) ? 0 : labels.length - others.length;
  const random = randomStream(seed, 'triggers');
  const slow = shuffle(
    plans.filter((plan, rank) => rank > 0 && plan.perMinute <= 1),
    random,
  );
  for (const plan of slow.slice(0, timers)) plan.trigger = 'timer';
  shuffle(others, random);
  for (const [rank, plan] of plans.entries()) {
    if (plan.trigger === '') plan.trigger = (rank === 0 ? undefined : others.pop()) ?? 'http';
  }
}

/** Log-uniform above one function, which puts 95 % of apps at up to 9 functions. */
function drawAppSize(random: Random): number {
  const share = random.nextUnit();
  if (share < SINGLE_FUNCTION_APPS) return 1;
  const rest = (share - SINGLE_FUNCTION_APPS) / (1 - SINGLE_FUNCTION_APPS);
  return Math.floor(2 * exponential(rest * naturalLog((LARGEST_APP + 1) / 2)));
}

/** The most popular function is alone in app 0; the others are grouped in drawn order. */
function assignApps(plans: readonly Plan[], seed: number): number {
  const random = randomStream(seed, 'apps');
  const rest = shuffle(plans.slice(1), random);
  const first = plans[0] as Plan;
  first.app = 'app-0';
  let apps = 1;
  for (let from = 0; from < rest.length; apps++) {
    const members = rest.slice(from, from + drawAppSize(random));
    for (const plan of members) {
      plan.app = `app-${apps}`;
      plan.appSize = members.length;
    }
    from += members.length;
  }
  return apps;
}

function makeFunctions(
  plans: readonly Plan[],
  appCount: number,
  config: SyntheticConfig,
  seed: number,
): TraceFunction[] {
  const shares = shuffle(strata(appCount), randomStream(seed, 'memory'));
  return plans.map(({ name, app, appSize, trigger, averageMs }, id) => {
    const appMib = appMemoryMibAt(shares[Number(app.slice('app-'.length))] as number);
    return {
      id,
      name,
      app,
      owner: 'synthetic',
      trigger,
      memoryMib: id === 0 && !isEven(config) ? config.popular.memoryMib : appMib / appSize,
      memorySource: 'published',
      durations: typicalDurations(averageMs, 'published'),
    };
  });
}

/** Number of events of a Poisson process in one interval of that mean. */
function drawPoisson(mean: number, random: Random): number {
  if (mean <= 0) return 0;
  if (mean > 50) {
    const deviate = normalQuantile(random.nextUnit());
    return Math.max(0, Math.floor(mean + Math.sqrt(mean) * deviate + 0.5));
  }
  const limit = exponential(-mean);
  let count = 0;
  for (let product = random.nextUnit(); product > limit; product *= random.nextUnit()) count++;
  return count;
}

/** Load of a minute over the mean load; a smooth bump 16 x^2 (1 - x)^2 of mean 8/15 over a base. */
function diurnalLevel(minute: number, diurnal: SyntheticConfig['diurnal']): number {
  if (diurnal === undefined) return 1;
  const { periodMinutes, baseline } = diurnal;
  const x = ((minute + 0.5) % periodMinutes) / periodMinutes;
  const bump = 16 * x * x * (1 - x) * (1 - x);
  return (baseline + (1 - baseline) * bump) / (baseline + ((1 - baseline) * 8) / 15);
}

/** Calls of one function in each minute. */
function drawCounts(
  plan: Plan,
  config: SyntheticConfig,
  seed: number,
  bursty: boolean,
  add: (minute: number, count: number) => void,
): void {
  const key = functionKey('synthetic', plan.app, plan.name);
  const calls = randomStream(seed, `${key}#calls`);
  const blocks = randomStream(seed, `${key}#bursts`);
  let level = 1;
  for (let minute = 0; minute < config.minutes; minute++) {
    if (bursty && minute % BURST_BLOCK_MINUTES === 0) {
      level = blocks.nextUnit() < config.burstOnShare ? 1 / config.burstOnShare : 0;
    }
    const mean = plan.perMinute * level * diurnalLevel(minute, config.diurnal);
    add(minute, drawPoisson(mean, calls));
  }
}

/** Fires at a fixed second every period; the period next above the function's drawn mean gap. */
function timerCounts(
  plan: Plan,
  minutes: number,
  random: Random,
  add: (minute: number, count: number) => void,
): void {
  const gap = 1 / plan.perMinute;
  const period = TIMER_PERIODS.find((minutesOfPeriod) => minutesOfPeriod >= gap * 0.999) ?? 1440;
  for (let minute = random.nextBelow(period); minute < minutes; minute += period) add(minute, 1);
}

/** Draws everybody's counts; returns the second of the minute at which each timer fires, in us. */
function countCalls(
  plans: readonly Plan[],
  config: SyntheticConfig,
  seed: number,
  add: (id: number, minute: number, count: number) => void,
): Map<number, number> {
  const burstyCount = Math.round(config.burstyShare * plans.length);
  const ranks = plans.flatMap((plan, id) =>
    (id === 0 && !isEven(config)) || plan.trigger === 'timer' ? [] : [id],
  );
  const bursty = new Set(shuffle(ranks, randomStream(seed, 'bursty')).slice(0, burstyCount));
  const phaseUs = new Map<number, number>();
  for (const [id, plan] of plans.entries()) {
    const addCalls = (minute: number, count: number): void => add(id, minute, count);
    if (plan.trigger === 'timer') {
      const key = functionKey('synthetic', plan.app, plan.name);
      const random = randomStream(seed, `${key}#timer`);
      phaseUs.set(id, random.nextBelow(60) * US_PER_S);
      timerCounts(plan, config.minutes, random, addCalls);
    } else {
      drawCounts(plan, config, seed, bursty.has(id), addCalls);
    }
  }
  return phaseUs;
}

function checkRange(name: string, value: number, low: number, high: number): void {
  if (!(typeof value === 'number' && value >= low && value <= high)) {
    throw new RefusedArgument(name, `${low} to ${high}`, value);
  }
}

/** Throws RefusedArgument, which names the figure as `popular.perMinute`. */
export function checkSynthetic(said: SyntheticConfig): void {
  const { popular, diurnal, ...config } = expectObject('synthetic', said);
  expectObject('popular', popular);
  if (diurnal !== undefined) expectObject('diurnal', diurnal);
  for (const name of ['functionCount', 'minutes'] as const) {
    if (!Number.isInteger(config[name]))
      throw new RefusedArgument(name, 'an integer', config[name]);
  }
  checkRange('functionCount', config.functionCount, 1, 100_000);
  checkRange('minutes', config.minutes, 1, 20_160);
  checkRange('popular.perMinute', popular.perMinute, 1, 1e7);
  checkRange('popular.averageMs', popular.averageMs, 1, 1e8);
  checkRange('popular.memoryMib', popular.memoryMib, 1, 1e6);
  checkRange('maximumOfferedCalls', config.maximumOfferedCalls, 0.001, 1e6);
  checkRange('perMinute', config.perMinute ?? 1, 0.001, 1e7);
  checkRange('burstyShare', config.burstyShare, 0, 1);
  checkRange('burstOnShare', config.burstOnShare, 0.001, 1);
  if (diurnal === undefined) return;
  checkRange('diurnal.periodMinutes', diurnal.periodMinutes, 1, 20_160);
  checkRange('diurnal.baseline', diurnal.baseline, 0, 1);
}

/** A trace of drawn functions and calls: the same seed and figures give the same. Throws RefusedArgument. */
export function generateSynthetic(
  options: TraceOptions,
  config: SyntheticConfig = SYNTHETIC_HOUR,
): Trace {
  checkSynthetic(config);
  const { seed, minuteLimit, maximumInvocations } = checkOptions(options);
  const minutes = Math.min(config.minutes, minuteLimit);
  const plans = planFunctions(config, seed);
  assignTriggers(plans, config, seed);
  const appCount = assignApps(plans, seed);
  const functions = makeFunctions(plans, appCount, config, seed);
  const counts = new MinuteCounts(maximumInvocations);
  const phaseUs = countCalls(plans, config, seed, (id, minute, count) => {
    if (minute < minutes) counts.add(id, minute, count, { file: config.name });
  });
  const { name } = config;
  const quirks = NO_QUIRKS;
  const counted = { name, functions, counts, minutes, quirks, phaseUs };
  return countedTrace({ ...counted, format: 'synthetic' }, seed);
}
