/** Shapes of synthetic load by name, each one question: many functions, one popular function, bursts, day and night. */
import { MS_PER_MINUTE } from '../abi/unit.ts';
import { RefusedArgument, expectNumber, expectObject } from '../check/index.ts';
import { SYNTHETIC_HOUR, type SyntheticConfig } from './synthetic.ts';

/** What a shape of load can be told; a shape refuses what it does not take. */
export interface ShapeOptions {
  /** Functions, 1 or more. */
  readonly functions?: number | undefined;
  /** Length in minutes. */
  readonly minutes?: number | undefined;
  /** Calls a minute of all functions together, in the mean. */
  readonly perMinute?: number | undefined;
  /** Of the popular function: calls at the same time, in the mean. */
  readonly busy?: number | undefined;
}

/** An entry of the list of shapes. */
export interface TraceShape {
  /** For the command line. */
  readonly name: string;
  /** One sentence for the help of `guestmem trace synth`. */
  readonly sentence: string;
  /** Throws RefusedArgument for an option that the shape does not take. */
  config(options: ShapeOptions): SyntheticConfig;
}

const HOUR = 60;
const DAY = 1440;
const USUAL_RATE = 600;

function without(options: ShapeOptions, name: 'busy' | 'perMinute', shape: string): void {
  const value = options[name];
  if (value === undefined) return;
  throw new RefusedArgument(name, `no such option for shape ${shape}`, value);
}

/** All functions alike in their rate; duration and memory as published. */
function even(options: ShapeOptions, name: string, functions: number): SyntheticConfig {
  without(options, 'busy', name);
  return {
    ...SYNTHETIC_HOUR,
    name: `synthetic-${name}`,
    functionCount: options.functions ?? functions,
    minutes: options.minutes ?? HOUR,
    popularity: 'even',
    perMinute: options.perMinute ?? USUAL_RATE,
    burstyShare: 0,
    diurnal: undefined,
  };
}

const MANY: TraceShape = {
  name: 'many',
  sentence:
    'Many functions (1,000), all called equally often (600 a minute in all): few warm starts.',
  config: (options) => even(options, 'many', 1000),
};

const BUSY = 50;

const POPULAR: TraceShape = {
  name: 'popular',
  sentence: 'One popular function with so many busy instances (--busy 50) among 20 with few calls.',
  config(options) {
    without(options, 'perMinute', 'popular');
    const { averageMs } = SYNTHETIC_HOUR.popular;
    const busy = expectNumber('busy', options.busy ?? BUSY, 1, 100_000);
    return {
      ...SYNTHETIC_HOUR,
      name: 'synthetic-popular',
      functionCount: options.functions ?? 20,
      minutes: options.minutes ?? HOUR,
      popular: { ...SYNTHETIC_HOUR.popular, perMinute: (busy * MS_PER_MINUTE) / averageMs },
      diurnal: undefined,
    };
  },
};

const BURSTS: TraceShape = {
  name: 'bursts',
  sentence: 'Every one of 80 functions is silent, but for a quarter of its 5-minute blocks.',
  config: (options) => ({ ...even(options, 'bursts', 80), burstyShare: 1 }),
};

const DIURNAL: TraceShape = {
  name: 'diurnal',
  sentence:
    'A day of 80 functions as popular as published; nights have half of the load of the peak.',
  config(options) {
    without(options, 'busy', 'diurnal');
    return {
      ...SYNTHETIC_HOUR,
      name: 'synthetic-diurnal',
      functionCount: options.functions ?? SYNTHETIC_HOUR.functionCount,
      minutes: options.minutes ?? DAY,
      perMinute: options.perMinute ?? USUAL_RATE,
      burstyShare: 0,
      diurnal: { periodMinutes: DAY, baseline: 0.5 },
    };
  },
};

/** Shapes of synthetic load by name (`guestmem trace synth`). */
export const TRACE_SHAPES: readonly TraceShape[] = [MANY, POPULAR, BURSTS, DIURNAL].map(
  (shape) => ({ ...shape, config: (options) => shape.config(expectObject('options', options)) }),
);
