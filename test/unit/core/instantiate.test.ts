// Builds of the core by name, compiled once.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CoreError, useCore } from '../../../src/core/index.ts';
import { type CoreBuild, instantiate } from '../../../src/core/instantiate.ts';

const bytesOf = (build: CoreBuild): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(new URL(`../../../build/core.${build}.wasm`, import.meta.url)));

describe('instantiate', () => {
  it('makes instances that share nothing', () => {
    const [first, second] = [instantiate('release'), instantiate('release')];
    expect(first.create(65_536, 1, 0, 8, 8, 8)).toBe(0);
    expect(second.memory.buffer.byteLength).toBe(65_536);
    expect(first.memory.buffer.byteLength).toBeGreaterThan(65_536);
  });

  it('gives the build that is asked for: only some can walk themselves', () => {
    const walks = (['release', 'verify', 'debug'] as const).map((build) => {
      const raw = instantiate(build);
      raw.create(1024, 1, 0, 8, 8, 8);
      return raw.verifyAll();
    });
    expect(walks).toEqual([-8, 0, 0]);
  });

  it('takes bytes from elsewhere from then on', () => {
    const own = bytesOf('debug');
    try {
      useCore('debug', bytesOf('release'));
      const raw = instantiate('debug');
      raw.create(1024, 1, 0, 8, 8, 8);
      expect(raw.verifyAll()).toBe(-8);
    } finally {
      useCore('debug', own);
    }
  });

  it('says how to get a build that is not there', () => {
    const missing = 'nightly' as CoreBuild;
    expect(() => instantiate(missing)).toThrow(CoreError);
    expect(() => instantiate(missing)).toThrow(/core\.nightly\.wasm is missing \(npm run build\)/);
  });

  it('refuses bytes that are no module', () => {
    expect(() => useCore('debug', new Uint8Array([1, 2, 3]))).toThrow();
    expect(instantiate('debug')).toBeDefined();
  });
});
