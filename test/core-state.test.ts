// Where the core keeps its state: in linear memory, so that a copy of the bytes is a copy of the guest.

import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { GUEST_BASE } from '../src/abi/layout.ts';
import { type CoreBuild, instantiate } from '../src/core/instantiate.ts';

const ROOT = new URL('../assembly/', import.meta.url);
const FILES = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.ts'),
);

function linesOf(file: string): string[] {
  return readFileSync(new URL(file, ROOT), 'utf8').split('\n');
}

function isVariable(line: string): boolean {
  return /^(?:export )?let \w/.test(line);
}

/** The comment above a variable, or above the group of variables that it stands in. */
function commentAbove(lines: readonly string[], at: number): string {
  let above = at;
  while (above > 0 && isVariable(lines[above] ?? '')) above -= 1;
  return lines[above] ?? '';
}

/** Where free memory is taken and given by any name but the door's. */
const INSIDE_KERNEL = /\/kernel\/(?:buddy|fallback|isolate|percpu|request|run|highatomic)'/;

describe('the core', () => {
  it('has no variable outside functions that is not a cache of the header', () => {
    const stray = FILES.flatMap((file) => {
      const lines = linesOf(file);
      return lines
        .map((line, at) => [line, at] as const)
        .filter(
          ([line, at]) => isVariable(line) && !/^\/\/.*\bcache\b/.test(commentAbove(lines, at)),
        )
        .map(([line]) => `${file}: ${line}`);
    });
    expect(stray).toEqual([]);
  });

  it.each(['release', 'verify', 'debug'] satisfies CoreBuild[])(
    '%s: has no data of its own where the work of a call lies',
    (build) => {
      const below = new Uint8Array(
        instantiate(build).memory.buffer,
        GUEST_BASE / 2,
        GUEST_BASE / 2,
      );
      expect(below.every((byte) => byte === 0)).toBe(true);
    },
  );

  it('reaches free memory from outside the kernel by its one door', () => {
    const others = FILES.filter((file) => !/^(?:kernel|recorded|verify)\/|^index\.ts$/.test(file));
    const round = others.filter((file) => linesOf(file).some((line) => INSIDE_KERNEL.test(line)));
    expect(round).toEqual([]);
  });

  it('names the lists of free blocks in the kernel and in what looks into it', () => {
    const others = FILES.filter((file) => !/^(?:base|kernel|recorded|verify)\//.test(file));
    const named = others.filter((file) => linesOf(file).some((line) => /\bfreeList\b/.test(line)));
    expect(named).toEqual([]);
  });
});
