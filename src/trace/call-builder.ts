/** From calls one by one, as somebody's file has them, to a trace: functions are those that are named, in order of appearance. */
import { MS_PER_MINUTE } from '../abi/unit.ts';
import { publishedDurations, publishedMemoryMib } from './azure-functions.ts';
import { summarizeCalls } from './call-trace.ts';
import type { CountPlace } from './counts.ts';
import { checkOptions } from './options.ts';
import { QuirkLog } from './quirks.ts';
import { CallCollector } from './rows.ts';
import {
  MAXIMUM_SPAN_MS,
  type QuirkPlace,
  type Trace,
  type TraceFunction,
  type TraceOptions,
  appKey,
  functionKey,
} from './trace.ts';

export interface CallFacts {
  readonly owner: string;
  readonly app: string;
  readonly name: string;
  readonly trigger: string | undefined;
  readonly startMs: number;
  readonly durationMs: number;
  /** Of this call; a function's figure is the mean over its calls that have one. */
  readonly memoryMib: number | undefined;
}

interface SeenFunction extends Pick<CallFacts, 'owner' | 'app' | 'name' | 'trigger'> {
  memorySum: number;
  memoryCalls: number;
  /** Of its first call. */
  readonly place: QuirkPlace;
}

/** Where a trace begins of which the earliest call is known: at its minute, if times are dates and not since some begin. */
export function beginOf(earliestMs: number): number {
  if (earliestMs < MAXIMUM_SPAN_MS) return 0;
  return Math.floor(earliestMs / MS_PER_MINUTE) * MS_PER_MINUTE;
}

export class CallTraceBuilder {
  readonly #seed: number;
  readonly #collector: CallCollector;
  readonly #ids = new Map<string, number>();
  readonly #seen: SeenFunction[] = [];
  readonly #quirks = new QuirkLog();

  constructor(options: TraceOptions) {
    const { seed, maximumInvocations } = checkOptions(options);
    this.#seed = seed;
    this.#collector = new CallCollector(maximumInvocations, options.minutes, this.#quirks);
  }

  /** A start before the begin is moved to it. */
  add(call: CallFacts, place: CountPlace): void {
    const id = this.#intern(call, place);
    if (call.startMs < 0) this.#quirks.note('startsMoved', place);
    if (call.memoryMib !== undefined) {
      const seen = this.#seen[id] as SeenFunction;
      seen.memorySum += call.memoryMib;
      seen.memoryCalls += 1;
    }
    this.#collector.add(id, Math.max(0, call.startMs), call.durationMs, place);
  }

  #intern({ owner, app, name, trigger }: CallFacts, place: QuirkPlace): number {
    const key = functionKey(owner, app, name);
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const seen = { owner, app, name, trigger, place, memorySum: 0, memoryCalls: 0 };
    const id = this.#seen.push(seen) - 1;
    this.#ids.set(key, id);
    return id;
  }

  finish(name: string, format: string): Trace {
    const rows = this.#collector.sorted();
    const summaries = summarizeCalls(rows.calls, this.#seen.length);
    const appSizes = new Map<string, number>();
    for (const { owner, app } of this.#seen) {
      const key = appKey(owner, app);
      appSizes.set(key, (appSizes.get(key) ?? 0) + 1);
    }
    const functions = this.#seen.map((seen, id): TraceFunction => {
      const { owner, app, trigger, memorySum, memoryCalls } = seen;
      const hasMemory = memoryCalls > 0;
      const whole = hasMemory ? 0 : publishedMemoryMib(this.#seed, owner, app);
      const key = functionKey(owner, app, seen.name);
      return {
        id,
        name: seen.name,
        app,
        owner,
        trigger,
        memoryMib: hasMemory
          ? memorySum / memoryCalls
          : whole / (appSizes.get(appKey(owner, app)) as number),
        memorySource: hasMemory ? 'trace' : 'published',
        durations: summaries[id] ?? publishedDurations(this.#seed, key),
      };
    });
    for (const { memoryCalls, place } of this.#seen) {
      if (memoryCalls === 0) this.#quirks.note('functionsWithoutMemory', place);
    }
    return { name, format, functions, ...this.#quirks.told(), ...rows };
  }
}
