// What the fuzzers of readers have alike: files on disk of which one is damaged, and what may become of them.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import {
  type LoadOptions,
  type Trace,
  TraceError,
  loadTrace,
  rowsOf,
} from '../../src/trace/index.ts';
import { UNPRINTABLE } from './text.ts';

export type Files = Readonly<Record<string, string | Uint8Array>>;

/** Good files in a folder each, of which one at a time is another: writing all of them for each case takes most of its time. */
export class Folders {
  #root: string | undefined;
  readonly #made = new Set<string>();

  /** The folder of a set of files. */
  of(name: string, files: Files): string {
    this.#root ??= mkdtempSync(path.join(tmpdir(), 'guestmem-fuzz-'));
    const folder = path.join(this.#root, name);
    if (!this.#made.has(name)) {
      this.#made.add(name);
      mkdirSync(folder);
      for (const [file, content] of Object.entries(files)) {
        writeFileSync(path.join(folder, file), content);
      }
    }
    return folder;
  }

  close(): void {
    if (this.#root !== undefined) rmSync(this.#root, { recursive: true, force: true });
  }
}

/** Bytes with some bits the other way round, each taken modulo their number. */
export function withBits(bytes: Uint8Array, bits: readonly number[]): Uint8Array {
  const turned = bytes.slice();
  for (const bit of bits) {
    const at = (bit >> 3) % turned.length;
    turned[at] = (turned[at] ?? 0) ^ (1 << (bit & 7));
  }
  return turned;
}

/** Calls in order of time, each of a function that there is, for a time that can be. */
function expectWhole(trace: Trace): void {
  const { functions, spanMs } = trace;
  const { startMs, durationMs, functionIds } = rowsOf(trace);
  const wrong = startMs.findIndex((start, call) => {
    const duration = durationMs[call] as number;
    const isThere = start >= (startMs[call - 1] ?? 0) && start <= spanMs;
    const isCall = duration >= 0 && duration < Infinity;
    return !(isThere && isCall && (functionIds[call] as number) < functions.length);
  });
  expect(wrong).toBe(-1);
}

/** Reads a trace: it holds together, or one line says what is wrong. */
export async function readOrRefused(
  at: string,
  options: Partial<LoadOptions> = {},
): Promise<'read' | 'refused'> {
  try {
    expectWhole(await loadTrace(at, { seed: 1, maximumInvocations: 10_000, ...options }));
    return 'read';
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    expect(error.message).not.toMatch(UNPRINTABLE);
    return 'refused';
  }
}
