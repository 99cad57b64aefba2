/** What a snapshot with holes holds after each preparation. */
import { expect, it } from 'vitest';
import { type Preparation, snapshotRow } from '../../../../src/scenario/question/snapshot-size.ts';

function size(how: Preparation): number {
  return Number(snapshotRow(how)['withHolesMib']);
}

it('a snapshot gets smaller only by what the host got back', () => {
  // what the guest has freed, files included, the host still holds
  expect(size('drop caches')).toBe(size('nothing'));
  expect(size('hinting')).toBeLessThan(size('nothing') - 64);
  expect(size('drop caches, hinting')).toBeLessThan(size('hinting') - 32);
  expect(size('balloon')).toBeLessThan(size('hinting'));
});

it('dropped files are read again, page for page, and only those', () => {
  expect(snapshotRow('drop caches, hinting')['readAgainMib']).toBe(64);
  expect(snapshotRow('hinting')['readAgainMib']).toBe(0);
});
