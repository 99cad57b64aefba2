import { describe, expect, it } from 'vitest';
import { Interrupted } from '../../../src/cli/fault.ts';
import { interruptible, untilSignal } from '../../../src/cli/signals.ts';
import { ReplayInterrupted } from '../../../src/replay/index.ts';

/** Work that goes on until it is told to stop. */
function untilStopped(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new ReplayInterrupted('interrupted')));
  });
}

describe('work that may be interrupted', () => {
  it.each([
    ['SIGINT', 130, 'interrupted, nothing was written'],
    ['SIGTERM', 143, 'ended by SIGTERM, nothing was written'],
    ['SIGHUP', 129, 'ended by SIGHUP, nothing was written'],
  ] as const)('ends at %s with exit code %i and a word', async (signal, exitCode, message) => {
    const before = process.listenerCount(signal);
    const work = interruptible(untilStopped);
    expect(process.listenerCount(signal)).toBe(before + 1);
    process.emit(signal, signal);
    await expect(work).rejects.toThrow(Interrupted);
    await expect(work).rejects.toMatchObject({ exitCode, message });
    expect(process.listenerCount(signal)).toBe(before);
  });

  it('gives what it made, or its own error', async () => {
    expect(await interruptible(() => Promise.resolve(7))).toBe(7);
    await expect(interruptible(() => Promise.reject(new Error('other')))).rejects.toThrow('other');
  });

  it('says what is kept, where something is', async () => {
    const work = interruptible(untilStopped, { kept: () => 'what is finished is kept' });
    process.emit('SIGINT', 'SIGINT');
    await expect(work).rejects.toThrow('interrupted, what is finished is kept');
  });

  it('may end by itself when it is told to stop', async () => {
    const work = untilSignal(
      (signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve(signal.reason));
        }),
    );
    process.emit('SIGTERM', 'SIGTERM');
    expect(await work).toBe('SIGTERM');
  });
});
