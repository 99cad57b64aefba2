import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hashOfTrace } from '../../../src/sweep/trace-hash.ts';
import { folderWith } from '../../support/folder.ts';

it('a trace has the hash of its files by name, wherever it lies', async () => {
  const one = folderWith({ 'a.csv': 'x', 'b.csv': 'y' });
  const two = folderWith({ 'a.csv': 'x', 'b.csv': 'y' });
  expect(await hashOfTrace(one)).toBe(await hashOfTrace(two));
  mkdirSync(join(two, 'folder'));
  writeFileSync(join(two, '.a.csv'), 'z');
  expect(await hashOfTrace(one)).toBe(await hashOfTrace(two));
  renameSync(join(two, 'b.csv'), join(two, 'c.csv'));
  expect(await hashOfTrace(one)).not.toBe(await hashOfTrace(two));
  const swapped = folderWith({ 'a.csv': 'y', 'b.csv': 'x' });
  expect(await hashOfTrace(one)).not.toBe(await hashOfTrace(swapped));
  expect(await hashOfTrace(join(one, 'a.csv'))).toMatch(/^[0-9a-f]{16}$/);
});

it('a hash tells how many bytes are in it', async () => {
  const told: [number, number][] = [];
  await hashOfTrace(folderWith({ 'a.csv': 'xx', 'b.csv': 'yyy' }), (...one) => void told.push(one));
  expect(told).toEqual([
    [2, 5],
    [5, 5],
  ]);
});
