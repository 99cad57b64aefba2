// Builds of the core by name, compiled once.

import { readFileSync } from 'node:fs';
import { describe, expect, it, afterEach, vi } from 'vitest';
import { RefusedArgument } from '../../../src/check/index.ts';
import { CoreError, loadCore, useCore, Core, TooManyGuests } from '../../../src/core/index.ts';
import { type CoreBuild, coreVersion, instantiate } from '../../../src/core/instantiate.ts';

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

  it('refuses bytes that are no module', () => {
    expect(() => useCore('debug', new Uint8Array([1, 2, 3]))).toThrow();
    expect(instantiate('debug')).toBeDefined();
  });
});

it('says which address has no core', async () => {
  await expect(loadCore('debug', 'x')).rejects.toThrow(new RegExp('^the core is not at x: '));
  await expect(loadCore('debug', new URL('qemo:x'))).rejects.toThrow(CoreError);
  const gone = new Response('', { status: 404, statusText: 'Not Found' });
  await expect(loadCore('debug', gone)).rejects.toThrow('the core is not at : 404 Not Found');
});

describe('a process without addresses for one more memory', () => {
  afterEach(() => vi.restoreAllMocks());

  it('gets TooManyGuests with the limit and what to do', () => {
    Core.create({ frames: 1024 });
    const refusal = new RangeError('WebAssembly.Instance(): Out of memory');
    vi.spyOn(WebAssembly, 'Instance').mockImplementation(function refuse() {
      throw refusal;
    });
    let error: unknown;
    try {
      Core.create({ frames: 1024 });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(TooManyGuests);
    expect(error).toBeInstanceOf(CoreError);
    expect((error as TooManyGuests).made).toBeGreaterThan(0);
    expect((error as TooManyGuests).cause).toBe(refusal);
    expect((error as Error).message).toMatch(/12,000 guests.*--disable-wasm-trap-handler/);
  });
});

it('a core is known by the hash of its file, under the names of builds and no other', () => {
  expect(coreVersion('release').hash).not.toBe(coreVersion('verify').hash);
  for (const wild of ['releaze', Symbol('x'), 5, undefined] as never[]) {
    expect(() => coreVersion(wild)).toThrow(RefusedArgument);
  }
});
