import { describe, expect, it } from 'vitest';
import { FRAMES_PER_MIB } from '../../../src/abi/unit.ts';
import { RefusedArgument } from '../../../src/check/index.ts';
import { profileOf, sessionProfile, withMemory } from '../../../src/serverless/index.ts';

const MADE = profileOf({ id: 3, name: 'f', memoryMib: 120, averageMs: 50 });

describe('a function with memory of its own', () => {
  it('has that, calls that touch no more, and the least limit that holds it', () => {
    const own = { anonymousFrames: 3, fileFrames: 2, growthFrames: 0, initPeakFrames: 1 };
    const profile = withMemory(MADE, own);
    expect(profile).toMatchObject({ ...own, id: 3, name: MADE.name, workload: MADE.workload });
    expect(profile.callWriteFrames + profile.callReadFrames).toBe(3);
    expect(profile.callFileFrames).toBe(2);
    expect(profile).toMatchObject({ resumeFrames: 3, resumeWriteFrames: 3, resumeFileFrames: 2 });
    expect(profile.limitFrames).toBe(64 * FRAMES_PER_MIB);
  });

  it('has room for the files that its calls read', () => {
    const more = { ...MADE, growthFileFrames: 64 * FRAMES_PER_MIB };
    const least = withMemory(MADE, { fileFrames: 2 }).limitFrames;
    expect(withMemory(more, { fileFrames: 2 }).limitFrames).toBeGreaterThan(least);
  });

  it('keeps what is not said', () => {
    expect(withMemory(MADE, {})).toEqual(MADE);
    expect(withMemory(MADE, { fileFrames: 7 }).anonymousFrames).toBe(MADE.anonymousFrames);
  });

  it('fits into its limit', () => {
    expect(() => withMemory(MADE, { limitFrames: 1000 })).toThrow(
      /^memory.3:f.limit: expected \d+MiB or more, found "3.906MiB"$/,
    );
    expect(() => withMemory(MADE, { limitFrames: 1024 }, 'memory.f')).toThrow(
      /^memory.f.limit: expected \d+MiB or more, found "4MiB"$/,
    );
    expect(() => withMemory(MADE, { fileFrames: 2 ** 20 }, 'memory.f')).toThrow(
      /^memory.f: expected at most 3072 MiB, found \d+$/,
    );
  });

  it('has room for the peak of a session', () => {
    const [firstFrames, peakFrames] = [1000, 300 * FRAMES_PER_MIB];
    const session = sessionProfile({ id: 0, name: 's', firstFrames, peakFrames });
    const roomy = { limitFrames: 512 * FRAMES_PER_MIB };
    expect(withMemory(session, roomy)).toEqual({ ...session, ...roomy });
    expect(() => withMemory(session, { limitFrames: peakFrames })).toThrow(
      /limit: expected 301MiB or more, found "300MiB"/,
    );
  });

  it('is of known keys and whole frames', () => {
    for (const own of [null, 5, { fileFrames: -1 }, { fileFrames: '5' }, { limitFrames: 1n }]) {
      expect(() => withMemory(MADE, own as never)).toThrow(RefusedArgument);
    }
    expect(() => withMemory(MADE, { fileFrame: 5 } as never, 'memory.f')).toThrow(
      /^memory.f: expected one of anonymousFrames, .* \(did you mean fileFrames\?\)/,
    );
  });
});
