import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CATALOGUE, resembling } from '../../../src/serverless/catalogue.ts';
import { DEFAULT_WORKLOAD, profileOf } from '../../../src/serverless/function-profile.ts';

const MIB = 256;

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
  const facts = { id: 7, name: 'f', memoryMib: 90, averageMs: 700 };

  it('splits a container into anonymous and file-backed frames', () => {
    const profile = profileOf(facts);
    expect(profile.workload).toBe('chameleon');
    expect(profile.anonymousFrames + profile.fileFrames).toBe(90 * MIB);
    expect(profile.fileFrames).toBe(Math.round(90 * MIB * DEFAULT_WORKLOAD.fileShare));
    expect(profileOf(facts, { ...DEFAULT_WORKLOAD, fileShare: 0 }).fileFrames).toBe(0);
  });

  it('bounds a size by what containers of the workload measured', () => {
    const small = profileOf({ ...facts, memoryMib: 3 });
    expect(small.anonymousFrames + small.fileFrames).toBe(38 * MIB);
    const large = profileOf({ ...facts, memoryMib: 5000, averageMs: 150 });
    expect(large.anonymousFrames + large.fileFrames).toBeLessThanOrEqual(606 * MIB);
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
        expect(limitFrames).toBeGreaterThanOrEqual(
          anonymousFrames + fileFrames + callTemporaryFrames,
        );
        const touched = profile.callReadFrames + profile.callWriteFrames;
        expect(touched).toBeLessThanOrEqual(anonymousFrames);
        expect(profile.callReadFrames).toBeGreaterThanOrEqual(0);
        expect(profile.callFileFrames).toBeLessThanOrEqual(fileFrames);
      },
    );
    fc.assert(property);
  });
});
