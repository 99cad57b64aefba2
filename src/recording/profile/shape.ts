// What stands in a profile's file, and in what a recording says of its making.

import { Kinds, type Look } from '../read/index.ts';

/** So many objects, the first of that call and so on. */
function byCall(
  kinds: Kinds,
  calls: readonly number[],
  keys: Readonly<Record<string, Look>>,
): Look {
  return kinds.list(calls.map((call) => kinds.object({ call: kinds.exactly(call), ...keys })));
}

function all<Key extends string>(keys: readonly Key[], look: Look): Record<Key, Look> {
  return Object.fromEntries(keys.map((key) => [key, look])) as Record<Key, Look>;
}

/** Keys of StartProfile, of CallProfile, of CoursePoint, of ForkProfile. */
const START = [
  'allocated',
  'freed',
  'anonymous',
  'mappedFile',
  'peak',
  'pageTables',
  'kernel',
  'readFile',
] as const;
const CALL = [
  'allocated',
  'freed',
  'held',
  'touchedAnonymous',
  'touchedFile',
  'written',
  'anonymous',
  'mappedFile',
] as const;
const COURSE = ['allocated', 'freed', 'file', 'anonymous'] as const;
const FORK = ['copied', 'anonymous', 'mappedFile'] as const;

/** What a profile says of its making, as recording.json does. */
function making(kinds: Kinds): Record<string, Look> {
  const { text, count } = kinds;
  return {
    kernel: text,
    emulator: text,
    machine: kinds.object({ memoryMib: count, cpus: count, thp: text }),
    programs: kinds.list(text),
  };
}

/** What `recording.json` of a function says. Throws RecordingError where it lacks a part. */
export function aboutIn(file: string, text: string): unknown {
  const kinds = new Kinds(file, text);
  const found = kinds.parsed();
  kinds.object({ workload: kinds.name, ...making(kinds) })(found, '');
  return found;
}

/** A profile of the calls that are measured. */
function profileLook(kinds: Kinds, calls: readonly number[]): Look {
  const { spread, meanSpread, frames, count } = kinds;
  const start = kinds.object(all(START, spread));
  const forks = byCall(kinds, [0, ...calls], all(FORK, frames));
  return kinds.object({
    format: kinds.exactly('guestmem-profile-1'),
    name: kinds.name,
    unit: kinds.exactly('frames of 4 KiB'),
    method: kinds.text,
    ...making(kinds),
    cold: start,
    warm: start,
    calls: byCall(kinds, calls, all(CALL, spread)),
    growth: kinds.list(kinds.object({ call: count, anonymous: spread })),
    course: byCall(kinds, [0, ...calls], all(COURSE, meanSpread)),
    fork: (value, place) => {
      if (!Array.isArray(value) || value.length > 0) forks(value, place);
    },
    containers: count,
  });
}

/** What a profile of the calls that are measured says. Throws RecordingError for another file. */
export function profileIn(file: string, text: string, calls: readonly number[]): unknown {
  const kinds = new Kinds(file, text);
  const found = kinds.parsed();
  profileLook(kinds, calls)(found, '');
  return found;
}

/** Throws RecordingError for what is no profile of the calls that are measured. */
export function expectProfileFile(name: string, found: unknown, calls: readonly number[]): void {
  profileLook(new Kinds(name), calls)(found, '');
}
