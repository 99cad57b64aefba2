import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { stateFile } from '../../../src/experiment/state-file.ts';
import { OutputError } from '../../../src/report/index.ts';
import { testFolder } from '../../support/folder.ts';

const pathOf = testFolder();

it('a place is empty until something is written, which the next replaces', () => {
  const path = pathOf('a.state');
  const place = stateFile(path);
  expect(place.read()).toBeUndefined();
  place.write(Uint8Array.of(1, 2, 3));
  place.write(Uint8Array.of(4));
  expect([...(place.read() ?? [])]).toEqual([4]);
  expect(existsSync(`${path}.next`)).toBe(false);
});

it('what was there stays when nothing can be written beside it', () => {
  const path = pathOf('b.state');
  const place = stateFile(path);
  place.write(Uint8Array.of(1));
  mkdirSync(`${path}.next`);
  expect(() => place.write(Uint8Array.of(2))).toThrow(OutputError);
  expect([...readFileSync(path)]).toEqual([1]);
});
