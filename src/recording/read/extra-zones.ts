// The zones that a second trace names by their addresses: which they are, and whether the turns of the vmstat worker visit them as
// it does.

import { ZONE_MOVABLE, ZONE_NAMES } from '../../core/index.ts';
import { RecordingError } from '../error.ts';

/** As much of an event as is looked at. */
interface ZoneEvent {
  readonly kind: string;
  readonly line: number;
  readonly cpu: number;
  /** Of some kinds: the zone. */
  readonly a: number;
}

/** Kinds whose first number is a zone. */
const OF_ZONES: ReadonlySet<string> = new Set(['decay', 'drainpages']);
const POINTER = /^ff[0-9a-f]{14}$/;
/** A `struct zone` begins on a cache line. */
const ALIGNMENT = 64;

/** Of a zone's address, in the kernel's half of memory, the digits that differ; undefined: it is none. */
export function zoneAddress(digits: string): number | undefined {
  const address = Number.parseInt(digits.slice(4), 16);
  return POINTER.test(digits) && address % ALIGNMENT === 0 ? address : undefined;
}

/**
 * Puts a zone's index in the place of its address. The zones of a node lie in a row, and the vmstat worker visits all that have
 * memory: the two lowest addresses are those of the two lowest `populated` ones, which tells how far apart they lie.
 */
export function nameZones<Event extends ZoneEvent>(
  file: string,
  events: readonly Event[],
  populated: readonly number[],
): Event[] {
  const ofZones = events.filter(({ kind }) => OF_ZONES.has(kind));
  const [first = 0, second = 0] = [...new Set(ofZones.map(({ a }) => a))].toSorted((a, b) => a - b);
  const [lowest = 0, next = lowest + 1] = populated;
  const stride = second > first ? (second - first) / (next - lowest) : 1;
  const named = events.map((event) =>
    OF_ZONES.has(event.kind) ? { ...event, a: lowest + (event.a - first) / stride } : event,
  );
  for (const { kind, line, a } of named) {
    if (!OF_ZONES.has(kind) || (Number.isInteger(a) && a < ZONE_NAMES.length)) continue;
    throw new RecordingError(file, line, 'the address of a zone', 'one between two zones');
  }
  checkTurns(file, named, populated);
  return named;
}

/** A turn of the vmstat worker on a CPU goes through the zones with memory upwards; memory that is plugged may come and go. */
function checkTurns(
  file: string,
  events: readonly ZoneEvent[],
  populated: readonly number[],
): void {
  const always = populated.filter((zone) => zone !== ZONE_MOVABLE);
  const [lowest = 0] = always;
  const highest = always.at(-1) ?? lowest;
  const before = new Map<number, number>();
  for (const { kind, line, cpu, a } of events) {
    if (kind !== 'decay') continue;
    const last = before.get(cpu);
    before.set(cpu, a);
    if (last === undefined) continue;
    const goesOn = a > last && !always.some((zone) => zone > last && zone < a);
    if (goesOn || (a === lowest && last >= highest)) continue;
    const found = `${ZONE_NAMES[a]} after ${ZONE_NAMES[last]} on cpu ${cpu}`;
    throw new RecordingError(file, line, 'a turn through all zones, from the lowest up', found);
  }
}
