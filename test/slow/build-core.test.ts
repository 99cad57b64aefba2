/** Allocators of somebody's own, compiled and tried: the example, and one that counts wrongly. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compileCore, coreSources, withOwn } from '../../src/microbench/own-core.ts';
import { type CoreVerdict, checkCore } from '../../src/microbench/index.ts';
import { ROOT } from '../house/tree.ts';

const MINUTES_MS = 300_000;
const EXAMPLE = readFileSync(join(ROOT, 'examples/core/longest-free.ts'), 'utf8');

async function verdictOn(own: string): Promise<CoreVerdict> {
  const bytes = await compileCore(withOwn(coreSources(), own), true);
  return checkCore(bytes);
}

it(
  'two builds of the same sources are equal, byte by byte',
  async () => {
    const built = new Uint8Array(readFileSync(join(ROOT, 'build/core.release.wasm')));
    expect(await compileCore(coreSources(), false)).toEqual(built);
  },
  MINUTES_MS,
);

it(
  'the example keeps every rule and gives other frames',
  async () => {
    expect(await verdictOn(EXAMPLE)).toMatchObject({ word: 'sound', operations: 20_000 });
  },
  MINUTES_MS,
);

it(
  'a page that is counted twice is found',
  async () => {
    const wrong = EXAMPLE.replace('return pfn;', 'zone.free += 1;\n  return pfn;');
    const { word, fault } = await verdictOn(wrong);
    expect(word).toBe('broken');
    expect(fault).toContain('NR_FREE_PAGES');
  },
  MINUTES_MS,
);

it(
  'what does not compile is told in a line',
  async () => {
    const sources = withOwn(coreSources(), EXAMPLE.replace('return pfn;', 'return none;'));
    await expect(compileCore(sources, true)).rejects.toThrow(/^it does not compile: [^\n]+$/);
  },
  MINUTES_MS,
);
