import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { programOf } from '../../../src/sweep/program.ts';

it('a program is its version and the hashes of its cores and of its code', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const program = programOf();
  expect(program.guestmem).toBe(version);
  expect(program.core).toMatch(/^[0-9a-f]{8}$/);
  expect(program.llfree).toMatch(/^[0-9a-f]{8}$/);
  expect(program.code).toMatch(/^[0-9a-f]{16}$/);
  expect(program.llfree).not.toBe(program.core);
});
