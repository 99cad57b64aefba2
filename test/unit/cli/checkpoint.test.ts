import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { checkpointOf, keptIn } from '../../../src/cli/checkpoint.ts';
import { UsageError } from '../../../src/cli/fault.ts';
import { testFolder } from '../../support/folder.ts';

const pathOf = testFolder();

it('nothing is kept that nobody asked for', () => {
  expect(checkpointOf({})).toBeUndefined();
  expect(keptIn(undefined)).toBeUndefined();
});

it('a state is written every ten minutes unless another time is said', () => {
  const checkpoint = pathOf('run.state');
  expect(checkpointOf({ checkpoint })).toMatchObject({ file: checkpoint, everyMinutes: 10 });
  expect(checkpointOf({ checkpoint, every: '2h' })).toMatchObject({ everyMinutes: 120 });
  expect(checkpointOf({ resume: 'a' })).toMatchObject({ file: undefined, resume: 'a' });
});

it('a time that is not whole minutes of the trace, or has no file, is refused', () => {
  const checkpoint = pathOf('run.state');
  for (const every of ['30s', '0m', '90s']) {
    expect(() => checkpointOf({ checkpoint, every })).toThrow(UsageError);
    expect(() => checkpointOf({ checkpoint, every })).toThrow(`found "${every}"`);
  }
  expect(() => checkpointOf({ every: '5m' })).toThrow('--every: expected a file (--checkpoint)');
});

it('an interrupted run says where its state is, once there is one', () => {
  const asked = checkpointOf({ checkpoint: pathOf('kept.state') });
  expect(keptIn(asked)).toBeUndefined();
  writeFileSync(pathOf('kept.state'), '');
  expect(keptIn(asked)).toBe(`its state is kept (--resume ${pathOf('kept.state')})`);
});
