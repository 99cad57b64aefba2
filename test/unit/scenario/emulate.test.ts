import { readFileSync, readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { RefusedArgument } from '../../../src/check/index.ts';
import { figuresOf, parseProfile } from '../../../src/recording/index.ts';
import { emulateForks, emulateLives } from '../../../src/scenario/emulate.ts';

const FOLDER = 'recorder/profiles';
const PROFILES = readdirSync(FOLDER).map((name) =>
  parseProfile(name, readFileSync(`${FOLDER}/${name}`, 'utf8')),
);
/** Of the recording. */
const BOUND = 0.02;

it.each(PROFILES.map((profile) => [profile.name, profile] as const))(
  'containers of %s are within 2 %% of their recording after start, 1, 10 and 100 calls',
  (_, profile) => {
    const points = emulateLives(profile, figuresOf(profile));
    expect(points.map(({ call }) => call)).toEqual([0, 1, 10, 100]);
    for (const { allocated, freed, anonymous, pageCache } of points) {
      for (const { recorded, emulated } of [allocated, freed, anonymous, pageCache]) {
        const miss = Math.abs(Math.round(emulated) - Math.round(recorded));
        expect(miss).toBeLessThanOrEqual(BOUND * recorded);
      }
    }
  },
);

it.each(PROFILES.filter(({ fork }) => fork.length > 0).map((one) => [one.name, one] as const))(
  'a fork of %s has its recorded own pages after 1 call, and after 10 within 6 %%',
  (_, profile) => {
    const [first, tenth] = emulateForks(profile, figuresOf(profile));
    expect(Math.abs(first!.emulated - first!.recorded)).toBeLessThanOrEqual(2);
    expect(Math.abs(tenth!.emulated - tenth!.recorded)).toBeLessThanOrEqual(
      Math.max(2, 0.06 * tenth!.recorded),
    );
  },
);

it('of a runtime that does not fork there is no fork', () => {
  const node = PROFILES.find(({ name }) => name === 'hello.mjs')!;
  expect(emulateForks(node, figuresOf(node))).toEqual([]);
});

it('a container that is recorded otherwise than it lives is not within that', () => {
  const [profile] = PROFILES as [(typeof PROFILES)[number]];
  const course = profile.course.map((point) => {
    const grown = (value: number): number => value * (1 + point.call / 100);
    const { least, mean, most } = point.allocated;
    return {
      ...point,
      allocated: {
        least: Math.floor(grown(least)),
        mean: grown(mean),
        most: Math.ceil(grown(most)),
      },
    };
  });
  const last = emulateLives({ ...profile, course }, figuresOf(profile)).at(-1)!;
  expect(last.allocated.recorded / last.allocated.emulated).toBeGreaterThan(1.9);
});

it('what is no profile is refused', () => {
  const [profile] = PROFILES as [(typeof PROFILES)[number]];
  for (const wild of [null, 5, {}, { ...profile, course: [{}] }] as never[]) {
    expect(() => emulateLives(wild, figuresOf(profile))).toThrow(RefusedArgument);
    expect(() => emulateForks(wild, figuresOf(profile))).toThrow(RefusedArgument);
  }
});

it('what no container can hold, or give back and take anew, is refused before one lives', () => {
  const [profile] = PROFILES as [(typeof PROFILES)[number]];
  const measured = figuresOf(profile);
  for (const wild of [{ startFreed: 1e300 }, { startFreed: 2 ** 32 - 1 }, { file: -1 }]) {
    expect(() => emulateLives(profile, { ...measured, ...wild })).toThrow(/profile\.\w+: expected/);
  }
});
