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
});

it('a place where nothing can be written is refused before the work', () => {
  const path = pathOf('none/b.state');
  expect(() => stateFile(path).expectRoom?.()).toThrow(OutputError);
  expect(() => stateFile(path).write(Uint8Array.of(2))).toThrow(OutputError);
  expect(() => stateFile(pathOf('c.state')).expectRoom?.()).not.toThrow();
});
