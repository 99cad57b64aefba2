import * as fs from 'node:fs';
import { afterEach, expect, it, vi } from 'vitest';
import { builtin } from '../../../src/check/index.ts';

afterEach(() => vi.unstubAllGlobals());

it('a module of the runtime is the one that an import gives', () => {
  expect(builtin('node:fs')?.readFileSync).toBe(fs.readFileSync);
});

it('a browser has none, with and without what bundlers put in place of a process', () => {
  for (const process of [undefined, { env: {} }]) {
    vi.stubGlobal('process', process);
    expect(builtin('node:fs')).toBeUndefined();
  }
});
