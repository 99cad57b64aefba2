import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RecordingError } from '../../../../src/recording/index.ts';
import { aboutIn, profileIn } from '../../../../src/recording/profile/shape.ts';

const TEXT = readFileSync('recorder/profiles/hello-py.json', 'utf8');
const CALLS = [1, 10, 100];

/** The profile with one value in another's place; undefined: none. */
function withValue(place: string, value: unknown): unknown {
  const whole = JSON.parse(TEXT) as Record<string, unknown>;
  const keys = place.split('.');
  const last = keys.pop() as string;
  const parent = keys.reduce((at, key) => at[key] as Record<string, unknown>, whole);
  if (value === undefined) Reflect.deleteProperty(parent, last);
  else parent[last] = value;
  return whole;
}

function refusal(found: unknown): string {
  try {
    profileIn('p.json', JSON.stringify(found, null, 2), CALLS);
  } catch (error) {
    expect(error).toBeInstanceOf(RecordingError);
    return (error as Error).message;
  }
  return 'taken';
}

describe('a profile’s file', () => {
  it('is taken as it was made', () => {
    expect(refusal(JSON.parse(TEXT))).toBe('taken');
    expect(refusal(withValue('fork', []))).toBe('taken');
    expect(refusal(withValue('name', 'naïve.py'))).toBe('taken');
  });

  it.each([
    [null, 'p.json:1: expected an object, found null'],
    [[], 'p.json:1: expected an object, found a list'],
    ['text', "p.json:1: expected an object, found 'text'"],
  ])('that is %j is refused', (found, message) => {
    expect(refusal(found)).toBe(message);
  });

  it.each([
    ['format', 'guestmem-profile-2', "'guestmem-profile-1' for format, found 'guestmem-profile-2'"],
    ['unit', 'KiB', "'frames of 4 KiB' for unit, found 'KiB'"],
    ['name', 5, 'printable text for name, found 5'],
    ['name', '', "text for name, found ''"],
    ['name', 'a\nb', "printable text for name, found 'a?b'"],
    ['name', '\u001b[2J', "printable text for name, found '?[2J'"],
    ['kernel', undefined, 'printable text for kernel, found none'],
    ['machine', null, 'an object for machine, found null'],
    ['machine.cpus', 0, 'p.json:10: expected 1 or more for machine.cpus, found 0'],
    ['programs', 'python', "a list for programs, found 'python'"],
    ['programs.0', {}, 'printable text for programs[0], found an object'],
    ['cold', undefined, 'an object for cold, found none'],
    ['warm.peak', 3, 'an object for warm.peak, found 3'],
    ['warm.anonymous.median', 1.5, 'to 4294967295 for warm.anonymous.median, found 1.5'],
    ['warm.anonymous.median', '1303', "for warm.anonymous.median, found '1303'"],
    ['warm.anonymous.most', 1e300, 'for warm.anonymous.most, found 1e+300'],
    ['calls.0.held.least', -1, 'for calls[0].held.least, found -1'],
    ['calls.0.call', 2, '1 for calls[0].call, found 2'],
    ['calls', [], '3 entries for calls, found 0'],
    ['course', undefined, 'a list for course, found none'],
    ['course.1.freed.mean', -0.5, 'for course[1].freed.mean, found -0.5'],
    ['course.1.freed.mean', null, 'for course[1].freed.mean, found null'],
    ['course.1.file.mean', 1e6, '0 to 2279 for course[1].file.mean, found 1000000'],
    ['fork', {}, 'a list for fork, found an object'],
    ['fork.1.copied', undefined, 'for fork[1].copied, found none'],
    ['growth.0.call', 0, '1 or more for growth[0].call, found 0'],
    ['containers', 'three', "for containers, found 'three'"],
  ])('whose %s is %j is refused with its place', (place, value, message) => {
    const found = refusal(withValue(place, value));
    expect(found).toMatch(/^p\.json:\d+: expected /);
    expect(found).toContain(message);
    expect(found).not.toContain('\n');
  });

  it('whose name is longer than a table has room for is refused', () => {
    expect(refusal(withValue('name', 'n'.repeat(101)))).toContain(
      'at most 100 characters for name',
    );
  });
});

const refused = (found: unknown) => (): unknown => aboutIn('recording.json', JSON.stringify(found));

it('what a recording says of its making is looked at the same way', () => {
  const about = JSON.parse(TEXT) as Record<string, unknown>;
  expect(refused({ ...about, workload: 'hello.py' })).not.toThrow();
  expect(refused({})).toThrow('recording.json:1: expected printable text for workload, found none');
  expect(refused(null)).toThrow('recording.json:1: expected an object, found null');
  expect(refused({ ...about, workload: 'w', programs: null })).toThrow('a list for programs');
});
