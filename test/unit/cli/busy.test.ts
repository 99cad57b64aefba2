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

it('says of a step that nobody can measure what it is', () => {
  expect(busyText({ why: 'the kernel boots' }, 3000)).toBe('3 s: the kernel boots');
  expect(busyText({ done: 0, total: 0, what: 'rows' }, 3000)).toBe('3 s');
});

it('says no speed of a step that has just begun', () => {
  expect(busyText({ done: 1, total: 4, what: 'rows' }, 3000, 100)).toBe('25 % 3 s');
  expect(busyText({ done: 1, total: 4, what: 'rows' }, 3000, 250)).toBe(
    '25 % 3 s, 1 s left, 4 rows/s',
  );
});

it('measures each step from its own begin, and says the time of all', () => {
  const written: string[] = [];
  const busy = startBusy({ write: (text: string) => written.push(text) > 0 });
  const bytes = busy.counting('bytes');
  vi.advanceTimersByTime(10_000);
  bytes(900, 1000);
  vi.advanceTimersByTime(250);
  busy.counting('commands')(0, 100);
  vi.advanceTimersByTime(2000);
  busy.counting('commands')(50, 100);
  vi.advanceTimersByTime(250);
  expect(written.at(-1)).toContain('50 % 13 s, 3 s left, 22 commands/s');
  // the same again from the start is another step
  busy.counting('commands')(0, 100);
  vi.advanceTimersByTime(1000);
  busy.counting('commands')(10, 100);
  vi.advanceTimersByTime(250);
  expect(written.at(-1)).toContain('10 % 14 s, 12 s left, 8 commands/s');
  busy.stop();
});

it('is shown amid work that leaves no moment, no more often than else', () => {
  const written: string[] = [];
  const busy = startBusy({ write: (text: string) => written.push(text) > 0 });
  vi.clearAllTimers();
  vi.advanceTimersByTime(2100);
  expect(written).toEqual([]);
  for (let done = 1; done <= 100; done += 1) busy.update({ done, total: 100, what: 'rows' });
  expect(written).toHaveLength(1);
  expect(written[0]).toContain('1 % 3 s');
  busy.stop();
});

it('is nowhere where nobody wants to hear it', async () => {
  expect(await whileBusy(undefined, async (busy) => busy)).toBe(undefined);
});
