// One round of every fuzzer, and the runner itself: it must find what is wrong and say how to see it again.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AllWorld } from './all.ts';
import { fuzzCommand } from './command.ts';
import type { FuzzSession, Fuzzer } from './fuzzer.ts';
import { ALL_FUZZERS, FUZZERS } from './index.ts';
import { NIGHT_PARTS, NIGHT_SECONDS } from './night.ts';
import { type FuzzWorld, runFuzzer } from './run.ts';

/** Words that a run prints, under a clock that moves a second with each case. */
function recorder(): FuzzWorld & Pick<AllWorld, 'part'> & { readonly text: () => string } {
  const texts: string[] = [];
  let seconds = 0;
  return {
    clock: () => seconds,
    write: (text) => texts.push(text),
    began: () => (seconds += 1),
    part: () => Promise.reject(new Error('no processes here')),
    text: () => texts.join(''),
  };
}

function fuzzerNamed(name: string): Fuzzer {
  const fuzzer = FUZZERS.find((one) => one.name === name);
  if (fuzzer === undefined) throw new Error(`no fuzzer ${name}`);
  return fuzzer;
}

/** Begins again and again, and finds nothing. */
function quiet(cases: number): Fuzzer & { readonly sessions: () => number } {
  let sessions = 0;
  return {
    name: 'quiet',
    sentence: 'Nothing is wrong.',
    cases,
    night: 1000,
    sessions: () => sessions,
    create: () => {
      sessions += 1;
      return { property: fc.property(fc.nat(), () => {}), missing: () => [] };
    },
  };
}

const SEED = 20260;

describe('one round of', () => {
  it.each(FUZZERS.map((fuzzer) => [fuzzer.name, fuzzer] as const))('%s', async (_, fuzzer) => {
    const world = recorder();
    const { isSound } = await runFuzzer(fuzzer, { seed: SEED, end: { seconds: 0 } }, world);
    expect(world.text().replace(/ \(.*?\)/, '')).toBe(
      `${fuzzer.name}: ${fuzzer.cases} cases in ${fuzzer.cases}.0 s from seed ${SEED}\n`,
    );
    expect(isSound).toBe(true);
  });
});

const inputOf = (output: string): string | undefined => /^input: .*$/m.exec(output)?.[0];

describe('the runner', () => {
  it.each([1, 2, 3, 20260])(
    'lets the canary fail with its seed %i and the command to see it again',
    async (seed) => {
      const first = recorder();
      expect(await fuzzCommand(['canary', '--seed', String(seed), '--seconds', '0'], first)).toBe(
        1,
      );
      const text = first.text();
      expect(text).toMatch(
        new RegExp(`^canary: FAILED at case \\d+, seed ${seed}, shrunk \\d+ times$`, 'm'),
      );
      const again = new RegExp(
        `^again: npm run fuzz -- canary --seed ${seed} --path ([\\d:]+)$`,
        'm',
      );
      const [, path = ''] = again.exec(text) ?? [];

      const second = recorder();
      expect(await fuzzCommand(['canary', '--seed', String(seed), '--path', path], second)).toBe(1);
      expect(second.text()).toContain('FAILED at case 1,');
      expect(inputOf(second.text())).toBe(inputOf(text));
    },
  );

  it('goes on with the next seed until its time is over, and stops inside a round', async () => {
    const world = recorder();
    const seeds = new Set<number>();
    const began: FuzzWorld['began'] = (name, seed, path) => {
      seeds.add(seed);
      world.began?.(name, seed, path);
    };
    const fuzzer = quiet(20);
    expect(
      (await runFuzzer(fuzzer, { seed: 5, end: { seconds: 50 } }, { ...world, began })).isSound,
    ).toBe(true);
    expect(world.text()).toBe('quiet: 50 cases in 50.0 s from seed 5\n');
    expect([...seeds]).toEqual([5, 6, 7]);
    expect(fuzzer.sessions()).toBe(1);
  });

  it('goes on for a night until each kind has had its amount', async () => {
    const world = recorder();
    let cases = 0;
    const property = fc.property(fc.nat(), () => void (cases += 1));
    const tried = (): Record<string, number> => ({ many: 3 * cases, few: cases });
    const create = (): FuzzSession => ({ property, missing: () => [], tried });
    const fuzzer = { ...quiet(30), night: 100, create };
    expect((await runFuzzer(fuzzer, { seed: 5, end: { isNight: true } }, world)).isSound).toBe(
      true,
    );
    expect(world.text()).toBe('quiet: 120 cases (many 360, few 120) in 120.0 s from seed 5\n');
  });

  it('ends a night when its time is over, and says that it is short of its amount', async () => {
    const options = { seed: 5, end: { isNight: true, atMost: 50 } } as const;
    const outcome = await runFuzzer(quiet(30), options, recorder());
    expect(outcome).toEqual({ isSound: true, cases: 50, tried: { cases: 50 }, isShort: true });
  });

  it('shares an hour among the fuzzers of a night, the readers that take longest last', async () => {
    expect(Object.keys(NIGHT_PARTS).toSorted()).toEqual(FUZZERS.map(({ name }) => name).toSorted());
    const parts = Object.values(NIGHT_PARTS);
    expect(parts.reduce((sum, seconds) => sum + seconds, 0)).toBe(NIGHT_SECONDS);
    const asked: string[] = [];
    const part: AllWorld['part'] = ({ name, options: { end } }) => {
      asked.push(`${name} ${'isNight' in end ? end.atMost : 'no night'}`);
      const seconds = NIGHT_PARTS[name] as number;
      const outcome = { isSound: true, isShort: false, cases: 1, tried: {}, seconds };
      return Promise.resolve({ outcome, again: [] });
    };
    expect(await fuzzCommand(['all', '--night'], { ...recorder(), part })).toBe(0);
    expect(asked.slice(-2)).toEqual(['trace 435', 'recording 500']);
    expect(asked.length).toBe(FUZZERS.length);
  });

  it('tells which case has begun, by the path that runs it alone', async () => {
    const seen: string[] = [];
    const values: number[] = [];
    const property = fc.property(fc.nat(), (value) => void values.push(value));
    const create = (): FuzzSession => ({ property, missing: () => [] });
    const fuzzer = { ...quiet(8), create };
    const world = {
      ...recorder(),
      began: (_: string, __: number, path: string) => seen.push(path),
    };
    await runFuzzer(fuzzer, { seed: 3, end: { seconds: 0 } }, world);
    expect(seen.splice(0)).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
    const whole = values.splice(0);
    await runFuzzer(fuzzer, { seed: 3, end: { path: '5' } }, world);
    expect(values[0]).toBe(whole[5]);
    expect(new Set(seen)).toEqual(new Set(['5']));
  });

  it('tells of what a failed case is made smaller to that it is that case', async () => {
    const seen: string[] = [];
    const property = fc.property(fc.nat(), fc.nat(), (a, b) => a + b < 1000);
    const create = (): FuzzSession => ({ property, missing: () => [] });
    const fuzzer = { ...quiet(8), create };
    const began = (_: string, __: number, path: string): void => void seen.push(path);
    const options = { seed: 3, end: { seconds: 0 } };
    expect((await runFuzzer(fuzzer, options, { ...recorder(), began })).isSound).toBe(false);
    const last = seen.at(-1) as string;
    expect(seen.filter((path) => path === last).length).toBeGreaterThan(1);
    const failed = await fc.check(property, { seed: 3, path: last, endOnFailure: true });
    expect(failed.failed).toBe(true);
  });

  it('begins again at seed 0 after the last one that can be said', async () => {
    const world = recorder();
    const seeds = new Set<number>();
    const began: FuzzWorld['began'] = (name, seed, path) => {
      seeds.add(seed);
      world.began?.(name, seed, path);
    };
    const options = { seed: 2 ** 31 - 1, end: { seconds: 25 } };
    await runFuzzer(quiet(20), options, { ...world, began });
    expect([...seeds]).toEqual([2 ** 31 - 1, 0]);
  });

  it('fails when the cases did not come to what they must', async () => {
    const world = recorder();
    const few = { ...fuzzerNamed('queue'), cases: 1 };
    expect((await runFuzzer(few, { seed: 5, end: { seconds: 0 } }, world)).isSound).toBe(false);
    expect(world.text()).toContain('queue: never came to: ');
  });

  it('tells what a run that is too short missed, and lets it pass', async () => {
    const world = recorder();
    const few = { ...fuzzerNamed('queue'), cases: 1 };
    const options = { seed: 5, end: { seconds: 0 }, mayMiss: true };
    expect((await runFuzzer(few, options, world)).isSound).toBe(true);
    expect(world.text()).toContain('queue: never came to: ');
  });

  it('lists every fuzzer without a name', async () => {
    const world = recorder();
    expect(await fuzzCommand([], world)).toBe(0);
    const names = world
      .text()
      .split('\n')
      .map((line) => line.split(' ')[0]);
    expect(names.slice(0, ALL_FUZZERS.length)).toEqual(ALL_FUZZERS.map((fuzzer) => fuzzer.name));
    expect(new Set(names).size).toBe(names.length);
  });

  it.each([
    [['nobody'], 'found "nobody"'],
    [['queue', 'trace'], 'found "trace" too'],
    [['queue', '--seed', 'x'], '--seed: expected a number of 0 to 2147483647, found "x"'],
    [['queue', '--seed', ''], 'found ""'],
    [['queue', '--seed', '0.5'], 'found "0.5"'],
    [['queue', '--seed', '2147483648'], 'found "2147483648"'],
    [['queue', '--seconds', '-1'], '--seconds'],
    [['queue', '--seconds', 'Infinity'], '--seconds: expected a time, found "Infinity"'],
    [['queue', '--seconds', ''], '--seconds: expected a time, found ""'],
    [['queue', '--night', '--seconds', '5'], '--seconds: expected no --night beside it'],
    [['queue', '--night', '--path', '5'], '--night: expected no --path beside it'],
    [['queue', '--path', 'x'], '--path: expected numbers and colons between them, found "x"'],
    [['canary', '--seed', '5', '--path', '3:0:0:0'], 'the way to a case of seed 5, found "3:0:0'],
    [['queue', '--nope'], '--nope'],
    [['all', '--path', '1'], '--path: expected one fuzzer'],
  ])('refuses %j', async (words, text) => {
    const world = recorder();
    expect(await fuzzCommand(words, world)).toBe(2);
    expect(world.text()).toContain(text);
  });
});
