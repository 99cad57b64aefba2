import { afterEach, expect, it, vi } from 'vitest';
import { sharedFloat32, sharedFloat64, sharedUint32 } from '../../../src/trace/shared.ts';

const MAKERS = [sharedUint32, sharedFloat32, sharedFloat64] as const;

afterEach(() => {
  vi.unstubAllGlobals();
});

it('arrays have their length, and bytes that threads share', () => {
  for (const make of MAKERS) {
    expect([...make(3)]).toEqual([0, 0, 0]);
    expect(make(3).buffer).toBeInstanceOf(SharedArrayBuffer);
  }
});

it('where nothing may be shared they are there all the same', () => {
  vi.stubGlobal('SharedArrayBuffer', undefined);
  for (const make of MAKERS) expect(make(3).buffer).toBeInstanceOf(ArrayBuffer);
});
