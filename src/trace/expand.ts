/**
 * From counts per minute to single calls, a minute at a time. The counts are the trace's; the instant inside the minute
 * and the duration of each call are drawn, each from the function's own two streams, minute by
 * minute: another function, or a limit on the minutes, changes no other draw.
 */
import { MS_PER_MINUTE, US_PER_MS, US_PER_S } from '../abi/unit.ts';
import { type Random, randomStream } from '../time/index.ts';
import { PERCENTILES, drawDurationMs } from './distribution.ts';
import { type CallRows, type CountedCalls, type TraceFunction, functionKey } from './trace.ts';

const US_PER_MINUTE = 60 * US_PER_S;

/** Streams of one use, one a function, made at its first call. */
class Streams {
  readonly #functions: readonly TraceFunction[];
  readonly #seed: number;
  readonly #use: string;
  readonly #made: (Random | undefined)[];

  constructor(functions: readonly TraceFunction[], seed: number, use: string) {
    this.#functions = functions;
    this.#seed = seed;
    this.#use = use;
    this.#made = functions.map(() => undefined);
  }

  of(id: number): Random {
    return this.#made[id] ?? this.#make(id);
  }

  #make(id: number): Random {
    const { owner, app, name } = this.#functions[id] as TraceFunction;
    const made = randomStream(this.#seed, `${functionKey(owner, app, name)}#${this.#use}`);
    this.#made[id] = made;
    return made;
  }
}

/** Makes calls of minutes in order. Its arrays are used again for each minute, and grow to the largest. */
class Expansion {
  readonly #calls: CountedCalls;
  readonly #instantStreams: Streams;
  readonly #durationStreams: Streams;
  /** `PERCENTILES` a function, in ms. */
  readonly #points: Float64Array;
  /** Microseconds of the minute as drawn, function by function. */
  #drawnUs = new Uint32Array();
  /** The same in order. */
  #sortedUs = new Uint32Array();
  #buckets = new Uint32Array();
  #startMs = new Float64Array();
  #functionIds = new Uint32Array();
  #durationMs = new Float32Array();

  constructor(functions: readonly TraceFunction[], calls: CountedCalls) {
    this.#calls = calls;
    this.#instantStreams = new Streams(functions, calls.seed, 'instant');
    this.#durationStreams = new Streams(functions, calls.seed, 'duration');
    this.#points = Float64Array.from(functions.flatMap((fn) => fn.durations.percentilesMs));
  }

  minute(minute: number): CallRows {
    const { firstCells, counts } = this.#calls;
    const first = firstCells[minute] as number;
    const last = firstCells[minute + 1] as number;
    let size = 0;
    for (let cell = first; cell < last; cell++) size += counts[cell] as number;
    if (size > this.#drawnUs.length) this.#grow(size);
    this.#drawInstants(first, last);
    this.#sort(first, last, size);
    this.#finish(minute, size);
    return {
      startMs: this.#startMs.subarray(0, size),
      functionIds: this.#functionIds.subarray(0, size),
      durationMs: this.#durationMs.subarray(0, size),
    };
  }

  #grow(size: number): void {
    const capacity = Math.ceil(size * 1.25);
    this.#drawnUs = new Uint32Array(capacity);
    this.#sortedUs = new Uint32Array(capacity);
    this.#buckets = new Uint32Array(capacity + 2);
    this.#startMs = new Float64Array(capacity);
    this.#functionIds = new Uint32Array(capacity);
    this.#durationMs = new Float32Array(capacity);
  }

  #drawInstants(first: number, last: number): void {
    const { functionIds, counts, phaseUs } = this.#calls;
    const drawn = this.#drawnUs;
    let from = 0;
    for (let cell = first; cell < last; cell++) {
      const id = functionIds[cell] as number;
      const count = counts[cell] as number;
      const phase = phaseUs?.get(id);
      if (phase === undefined) {
        this.#instantStreams.of(id).fillBelow(US_PER_MINUTE, drawn, from, from + count);
      } else {
        const gap = US_PER_MINUTE / count;
        for (let index = 0; index < count; index++) {
          drawn[from + index] = Math.floor(phase + index * gap) % US_PER_MINUTE;
        }
      }
      from += count;
    }
  }

  /**
   * By instant, then by function: a stable counting sort into as many buckets as there are calls, or half as many, and an
   * insertion sort inside them. Cells come by function. Instants are uniform, so a bucket has one or two.
   */
  #sort(first: number, last: number, size: number): void {
    const { functionIds: ids, counts } = this.#calls;
    const drawn = this.#drawnUs;
    const sorted = this.#sortedUs;
    const sortedIds = this.#functionIds;
    let shift = 0;
    while (US_PER_MINUTE >>> shift > size) shift++;
    const buckets = this.#buckets.subarray(0, (US_PER_MINUTE >>> shift) + 2).fill(0);
    for (let index = 0; index < size; index++) {
      const next = ((drawn[index] as number) >>> shift) + 1;
      buckets[next] = (buckets[next] as number) + 1;
    }
    for (let bucket = 1; bucket < buckets.length; bucket++) {
      buckets[bucket] = (buckets[bucket] as number) + (buckets[bucket - 1] as number);
    }
    let index = 0;
    for (let cell = first; cell < last; cell++) {
      const id = ids[cell] as number;
      for (const end = index + (counts[cell] as number); index < end; index++) {
        const instant = drawn[index] as number;
        const bucket = instant >>> shift;
        const target = buckets[bucket] as number;
        buckets[bucket] = target + 1;
        sorted[target] = instant;
        sortedIds[target] = id;
      }
    }
    insertionSort(sorted, sortedIds, size);
  }

  /** Turns instants into starts, and draws each call's duration in order. */
  #finish(minute: number, size: number): void {
    const sorted = this.#sortedUs;
    const ids = this.#functionIds;
    const points = this.#points;
    const streams = this.#durationStreams;
    for (let index = 0; index < size; index++) {
      const id = ids[index] as number;
      this.#startMs[index] = minute * MS_PER_MINUTE + (sorted[index] as number) / US_PER_MS;
      this.#durationMs[index] = drawDurationMs(points, id * PERCENTILES, streams.of(id));
    }
  }
}

/** Stable; quick because no element is far from its place. */
function insertionSort(keys: Uint32Array, values: Uint32Array, size: number): void {
  for (let index = 1; index < size; index++) {
    const key = keys[index] as number;
    let place = index;
    if ((keys[place - 1] as number) <= key) continue;
    const value = values[index] as number;
    do {
      keys[place] = keys[place - 1] as number;
      values[place] = values[place - 1] as number;
      place--;
    } while (place > 0 && (keys[place - 1] as number) > key);
    keys[place] = key;
    values[place] = value;
  }
}

/** Each minute's calls, in arrays that the next minute overwrites. */
export function* expandCounts(
  functions: readonly TraceFunction[],
  calls: CountedCalls,
): Generator<CallRows, void> {
  const expansion = new Expansion(functions, calls);
  const minutes = calls.firstCells.length - 1;
  for (let minute = 0; minute < minutes; minute++) yield expansion.minute(minute);
}
