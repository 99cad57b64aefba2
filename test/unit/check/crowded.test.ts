import { expect, it } from 'vitest';
import { isCrowded } from '../../../src/check/index.ts';

it.each([
  [{ code: 'ERR_WORKER_INIT_FAILED' }, true],
  [{ code: 'EAGAIN', syscall: 'spawn chromium' }, true],
  [{ code: 'EAGAIN', syscall: 'read' }, false],
  [{ code: 'ENOENT', syscall: 'spawn chromium' }, false],
  [{}, false],
])('%o says that there is no room for a thread or a process: %s', (words, isSo) => {
  expect(isCrowded(Object.assign(new Error('x'), words))).toBe(isSo);
  expect(isCrowded(words)).toBe(false);
});
