import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RefusedArgument } from '../../../src/check/index.ts';
import { CATALOGUE, RUNTIMES, resembling } from '../../../src/serverless/catalogue.ts';
import {
  DEFAULT_WORKLOAD,
  helloProfile,
  profileOf,
} from '../../../src/serverless/function-profile.ts';

const MIB = 256;
const facts = { id: 7, name: 'f', memoryMib: 90, averageMs: 700 };

/** Frames of a container of the one workload, by the memory that a trace says. */
function total(memoryMib: number): number {
  const of = profileOf({ ...facts, memoryMib, averageMs: 150 });
  return of.anonymousFrames + of.growthFrames + of.fileFrames;
}

function hello(name: string): ReturnType<typeof helloProfile> {
  const runtime = RUNTIMES.find((one) => one.name === name);
  if (runtime === undefined) throw new Error(`no runtime ${name}`);
  return helloProfile(3, runtime);
}

/** MiB to a tenth. */
function tenths(frames: number): number {
  return Math.round((frames * 10) / MIB) / 10;
}

describe('resembling', () => {
  it('finds every workload of the catalogue by its own medians', () => {
    for (const { name, memoryMib, timeMs } of CATALOGUE) {
      expect(resembling(memoryMib.median, timeMs.median).name).toBe(name);
    }
  });

  it('takes the smallest for the smallest', () => {
    expect(resembling(3, 900).name).toBe('pyaes');
  });
});

describe('profileOf', () => {
  it('splits a container into anonymous and file-backed frames', () => {
    const profile = profileOf(facts);
    expect(profile.workload).toBe('chameleon');
    const { anonymousFrames, growthFrames, fileFrames } = profile;
    expect(anonymousFrames + growthFrames + fileFrames).toBe(90 * MIB);
    expect(profile.fileFrames).toBe(Math.round(90 * MIB * DEFAULT_WORKLOAD.fileShare));
    expect(profileOf(facts, { ...DEFAULT_WORKLOAD, fileShare: 0 }).fileFrames).toBe(0);
  });

  it('bounds a size by what containers of the workload measured', () => {
    expect(total(0.1)).toBe(Math.round(0.7 * MIB));
    expect(total(3)).toBe(3 * MIB);
    expect(total(30)).toBe(30 * MIB);
    expect(total(5000)).toBe(606 * MIB);
  });

  it('has a limit in which a container and its calls fit, and calls within the container', () => {
    const property = fc.property(
      fc.double({ min: 0.5, max: 4000, noNaN: true }),
      fc.double({ min: 1, max: 1e6, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (memoryMib, averageMs, fileShare) => {
        const profile = profileOf(
          { id: 0, name: 'f', memoryMib, averageMs },
          { ...DEFAULT_WORKLOAD, fileShare },
        );
        const { anonymousFrames, fileFrames, callTemporaryFrames, limitFrames } = profile;
        const { growthFrames, initPeakFrames } = profile;
        const stays = anonymousFrames + fileFrames;
        expect(limitFrames).toBeGreaterThanOrEqual(stays + growthFrames + callTemporaryFrames);
        expect(limitFrames).toBeGreaterThanOrEqual(stays + initPeakFrames);
        const touched = profile.callReadFrames + profile.callWriteFrames;
        expect(touched).toBeLessThanOrEqual(anonymousFrames);
        expect(profile.callReadFrames).toBeGreaterThanOrEqual(0);
        expect(profile.callFileFrames).toBeLessThanOrEqual(fileFrames);
      },
    );
    fc.assert(property);
  });
});

describe('a hello profile', () => {
  it('has what one idle process measured, files apart', () => {
    const split = ['c', 'python', 'node'].map((name) => {
      const { anonymousFrames, fileFrames } = hello(name);
      return [tenths(anonymousFrames), tenths(fileFrames)];
    });
    expect(split).toEqual([
      [0.1, 1.1],
      [10.4, 10.2],
      [7.1, 40.6],
    ]);
  });

  it('grows only where growth was measured, and says whose figures it has', () => {
    for (const { name } of RUNTIMES) {
      expect(hello(name).workload).toBe(name);
      expect(hello(name).growthFrames > 0).toBe(name === 'node');
    }
    // 7.0 to 11.3 MiB over the first thousand requests
    expect(hello('node').growthFrames / MIB).toBeCloseTo(4.3, 1);
  });
});

it.each([undefined, null, 5, {}])('a runtime that is none is refused: %j', (runtime) => {
  expect(() => helloProfile(0, runtime as never)).toThrow(RefusedArgument);
});

it.each(['fileShare', 'growthShare', 'memoryMib'])('a runtime has numbers for its %s', (name) => {
  const runtime = { ...RUNTIMES[0], [name]: Symbol('x') };
  expect(() => helloProfile(0, runtime as never)).toThrow(`runtime.${name}: expected`);
  expect(() => helloProfile(0.5, RUNTIMES[0] as never)).toThrow('id: expected a whole number');
});
