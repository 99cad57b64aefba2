import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { busyText, startBusy, whileBusy } from '../../../src/cli/busy.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('says the time alone until something is told, then share, time, time left and rate', () => {
  expect(busyText(undefined, 3000)).toBe('3 s');
  expect(busyText({ done: 250, total: 1000, what: 'events' }, 10_000)).toBe(
    '25 % 10 s, 30 s left, 25 events/s',
  );
});

it('is silent for two seconds, and leaves nothing behind', () => {
  const written: string[] = [];
  const busy = startBusy({ write: (text: string) => written.push(text) > 0 });
  vi.advanceTimersByTime(1900);
  expect(written).toEqual([]);
  vi.advanceTimersByTime(600);
  expect(written.length).toBeGreaterThan(0);
  busy.stop();
  expect(written.at(-1)).toBe('\r\u001b[2K');
  const count = written.length;
  vi.advanceTimersByTime(5000);
  expect(written.length).toBe(count);
});

async function waited(): Promise<string> {
  await vi.advanceTimersByTimeAsync(5000);
  return 'answer';
}

it('stands while something is waited for, and nowhere but on a terminal', async () => {
  const written: string[] = [];
  const write = (text: string): boolean => written.push(text) > 0;
  expect(await whileBusy({ write, isTTY: false }, waited)).toBe('answer');
  expect(written).toEqual([]);
  expect(await whileBusy({ write, isTTY: true }, waited)).toBe('answer');
  expect(written.join('')).toContain('5 s');
  expect(written.at(-1)).toBe('\r\u001b[2K');
  const failing = whileBusy({ write, isTTY: true }, () => Promise.reject(new TypeError('none')));
  await expect(failing).rejects.toThrow('none');
  expect(vi.getTimerCount()).toBe(0);
});
