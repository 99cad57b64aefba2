/** A program in a thread: its exit code, its error, and a signal that ends it while it never pauses. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { runApart } from '../../../src/cli/apart.ts';
import { handOver } from '../../../src/cli/early.ts';
import { emptyFolder } from '../../support/folder.ts';

const folder = emptyFolder();
afterEach(handOver);

function program(text: string): URL {
  const file = join(folder, `${Math.abs(text.length)}.mjs`);
  writeFileSync(file, text);
  return pathToFileURL(file);
}

describe('a program apart', () => {
  it('ends with its exit code, or throws what it threw', async () => {
    expect(await runApart(program('process.exitCode = 3;'))).toBe(3);
    expect(await runApart(program('export {};'))).toBe(0);
    await expect(runApart(program('throw new TypeError("defect");'))).rejects.toThrow('defect');
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('that never pauses ends at %s with code %i', async (signal, exitCode) => {
    const before = process.listenerCount(signal);
    const run = runApart(program('for (;;) {}'));
    expect(process.listenerCount(signal)).toBe(before + 1);
    process.emit(signal, signal);
    await expect(run).rejects.toMatchObject({ name: 'Interrupted', exitCode });
    expect(process.listenerCount(signal)).toBe(before);
  });

  it.skipIf(process.platform !== 'linux')(
    'that waits for another program without a pause ends at a signal, and that one with it',
    async () => {
      const file = join(folder, 'pid');
      const run = runApart(
        program(`
          import { execFileSync } from 'node:child_process';
          import { readlinkSync } from 'node:fs';
          import { parentPort } from 'node:worker_threads';
          parentPort.postMessage({ kind: 'thread', place: readlinkSync('/proc/thread-self') });
          execFileSync('sh', ['-c', 'echo $$ > ${file}; exec sleep 600']);
        `),
      );
      await vi.waitUntil(
        () => existsSync(file) && readFileSync(file, 'utf8').endsWith('\n'),
        60_000,
      );
      process.emit('SIGTERM', 'SIGTERM');
      await expect(run).rejects.toMatchObject({ name: 'Interrupted', exitCode: 143 });
      expect(() => process.kill(Number(readFileSync(file, 'utf8')), 0)).toThrow('ESRCH');
    },
  );
});
