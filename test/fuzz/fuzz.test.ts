// One round of every fuzzer, and the runner itself: it must find what is wrong and say how to see it again.

import { describe, expect, it } from 'vitest';
import { fuzzCommand } from './command.ts';
import { ALL_FUZZERS, FUZZERS } from './index.ts';
import { type FuzzWorld, runFuzzer } from './run.ts';

/** Words that a run prints, under a clock that moves a second with each look at it. */
function recorder(): FuzzWorld & { readonly text: () => string } {
  const texts: string[] = [];
  let seconds = 0;
  return {
    clock: () => (seconds += 1),
    write: (text) => texts.push(text),
    text: () => texts.join(''),
  };
}

const SEED = 20260;

describe('one round of', () => {
  it.each(FUZZERS.map((fuzzer) => [fuzzer.name, fuzzer] as const))('%s', (_, fuzzer) => {
    const world = recorder();
    const isSound = runFuzzer(fuzzer, { seed: SEED, seconds: 0 }, world);
    expect(world.text()).toBe(`${fuzzer.name}: ${fuzzer.cases} cases in 2.0 s from seed ${SEED}\n`);
    expect(isSound).toBe(true);
  });
});

const inputOf = (output: string): string | undefined => /^input: .*$/m.exec(output)?.[0];

describe('the runner', () => {
  it.each([1, 2, 3, 20260])(
    'lets the canary fail with its seed %i and the command to see it again',
    (seed) => {
      const first = recorder();
      expect(fuzzCommand(['canary', '--seed', String(seed), '--seconds', '0'], first)).toBe(1);
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
      expect(fuzzCommand(['canary', '--seed', String(seed), '--path', path], second)).toBe(1);
      expect(second.text()).toContain('FAILED at case 1,');
      expect(inputOf(second.text())).toBe(inputOf(text));
    },
  );

  it('goes on with the next seed until its time is over', () => {
    const seen: string[] = [];
    const world = recorder();
    const [queue] = FUZZERS.filter((fuzzer) => fuzzer.name === 'queue');
    if (queue === undefined) throw new Error('no queue fuzzer');
    const counted = {
      ...queue,
      cases: 20,
      create: () => {
        seen.push('session');
        return { ...queue.create(), missing: () => [] };
      },
    };
    // looks at the clock: begin, after each of three rounds, and for the report
    expect(runFuzzer(counted, { seed: 5, seconds: 3 }, world)).toBe(true);
    expect(world.text()).toBe('queue: 60 cases in 4.0 s from seed 5\n');
    expect(seen).toEqual(['session']);
  });

  it('fails when the cases did not come to what they must', () => {
    const world = recorder();
    const [queue] = FUZZERS.filter((fuzzer) => fuzzer.name === 'queue');
    if (queue === undefined) throw new Error('no queue fuzzer');
    expect(runFuzzer({ ...queue, cases: 1 }, { seed: 5, seconds: 0 }, world)).toBe(false);
    expect(world.text()).toContain('queue: never came to: ');
  });

  it('tells what a run that is too short missed, and lets it pass', () => {
    const world = recorder();
    const [queue] = FUZZERS.filter((fuzzer) => fuzzer.name === 'queue');
    if (queue === undefined) throw new Error('no queue fuzzer');
    const options = { seed: 5, seconds: 0, mayMiss: true };
    expect(runFuzzer({ ...queue, cases: 1 }, options, world)).toBe(true);
    expect(world.text()).toContain('queue: never came to: ');
  });

  it('lists every fuzzer without a name', () => {
    const world = recorder();
    expect(fuzzCommand([], world)).toBe(0);
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
    [['queue', '--seed', 'x'], '--seed: expected a number, found "x"'],
    [['queue', '--seconds', '-1'], '--seconds'],
    [['queue', '--nope'], '--nope'],
    [['all', '--path', '1'], '--path: expected one fuzzer'],
  ])('refuses %j', (words, text) => {
    const world = recorder();
    expect(fuzzCommand(words, world)).toBe(2);
    expect(world.text()).toContain(text);
  });
});
