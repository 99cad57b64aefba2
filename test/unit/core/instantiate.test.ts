import { afterEach, describe, expect, it, vi } from 'vitest';
import { Core, CoreError, TooManyGuests } from '../../../src/core/index.ts';

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
