import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeAtomically } from '../../../src/report/atomic.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'guestmem-report-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('atomic writing', () => {
  it('replaces a file', () => {
    const path = join(folder, 'f');
    writeAtomically(path, 'one');
    writeAtomically(path, Uint8Array.of(0x32));
    expect(readFileSync(path, 'utf8')).toBe('2');
  });

  it('leaves nothing half-written when it fails', () => {
    mkdirSync(join(folder, 'f'));
    writeFileSync(join(folder, 'f', 'inside'), '');
    expect(() => writeAtomically(join(folder, 'f'), 'text')).toThrow();
    expect(readdirSync(folder)).toEqual(['f']);
  });
});
