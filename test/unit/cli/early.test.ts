import { afterEach, expect, it } from 'vitest';
import {
  SIGNALS,
  endedCode,
  endedText,
  handOver,
  hearEarly,
  hearLate,
} from '../../../src/cli/early.ts';

afterEach(handOver);

// what is said, and to whom a signal goes then: main.test.ts
it('a signal is heard from the begin until somebody else hears of it, whoever did before', () => {
  // a test of another file may have left the program's ear
  handOver();
  const before = SIGNALS.map((name) => process.listenerCount(name));
  hearEarly();
  hearLate(true);
  expect(SIGNALS.map((name) => process.listenerCount(name))).toEqual(before.map((one) => one + 1));
  handOver();
  handOver();
  expect(SIGNALS.map((name) => process.listenerCount(name))).toEqual(before);
});

it('a signal has its word and its code', () => {
  expect(SIGNALS.map((name) => [endedText(name, 'all was written'), endedCode(name)])).toEqual([
    ['interrupted, all was written', 130],
    ['ended by SIGTERM, all was written', 143],
    ['ended by SIGHUP, all was written', 129],
  ]);
});
