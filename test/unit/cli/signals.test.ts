import { afterEach, describe, expect, it } from 'vitest';
import { SIGNALS, handOver } from '../../../src/cli/early.ts';
import { Interrupted } from '../../../src/cli/fault.ts';
import { interruptible, untilSignal } from '../../../src/cli/signals.ts';
import { ReplayInterrupted } from '../../../src/replay/index.ts';

/** Work that goes on until it is told to stop. */
function untilStopped(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new ReplayInterrupted('interrupted')));
  });
}

afterEach(handOver);

describe('work that may be interrupted', () => {
  it.each([
    ['SIGINT', 130, 'interrupted, nothing was written'],
    ['SIGTERM', 143, 'ended by SIGTERM, nothing was written'],
    ['SIGHUP', 129, 'ended by SIGHUP, nothing was written'],
  ] as const)('ends at %s with exit code %i and a word', async (signal, exitCode, message) => {
    const work = interruptible(untilStopped);
    process.emit(signal, signal);
    await expect(work).rejects.toThrow(Interrupted);
    await expect(work).rejects.toMatchObject({ exitCode, message });
  });

  it('gives what it made, or its own error', async () => {
    expect(await interruptible(() => Promise.resolve(7))).toBe(7);
    await expect(interruptible(() => Promise.reject(new Error('other')))).rejects.toThrow('other');
  });

  it('is told that it was done when the signal came too late to end it', async () => {
    const work = interruptible(async (signal) => {
      process.emit('SIGHUP', 'SIGHUP');
      return signal.aborted;
    });
    const message = 'ended by SIGHUP, its work was done';
    await expect(work).rejects.toMatchObject({ exitCode: 129, message });
  });

  it('leaves nobody to hear but the end of the process', async () => {
    const before = SIGNALS.map((name) => process.listenerCount(name));
    await interruptible(() => Promise.resolve(7));
    await interruptible(() => Promise.reject(new Error('other'))).catch(() => {});
    const after = SIGNALS.map((name) => process.listenerCount(name));
    expect(after).toEqual(before.map((one) => one + 1));
    handOver();
    expect(SIGNALS.map((name) => process.listenerCount(name))).toEqual(before);
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
