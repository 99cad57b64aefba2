import { expect, it } from 'vitest';
import { GIB } from '../../../src/abi/unit.ts';
import { addressesShort, expectAddresses } from '../../../src/cli/addresses.ts';

/** As /proc/self/limits has it. */
const limitsOf = (soft: number | string): string =>
  [
    'Limit                     Soft Limit           Hard Limit           Units     ',
    'Max open files            1024                 1048576              files     ',
    `Max address space         ${String(soft).padEnd(21)}unlimited            bytes     `,
    '',
  ].join('\n');

it('a limit that is too low for the threads is told with what is needed, and what to do', () => {
  expect(addressesShort(1, limitsOf(1_024_000_000))).toBe(
    'addresses of the process are limited to 0.95 GiB, and 2 GiB are needed: raise the limit (ulimit -v)',
  );
  expect(addressesShort(8, limitsOf(4 * GIB))).toBe(
    'addresses of the process are limited to 4.00 GiB, and 9 GiB are needed: raise the limit (ulimit -v), or take fewer --jobs',
  );
});

it('threads are begun where there is no limit', () => {
  expect(() => expectAddresses(2)).not.toThrow();
});

it('a limit that is high enough, or none, says nothing', () => {
  expect(addressesShort(1, limitsOf(2 * GIB))).toBeUndefined();
  expect(addressesShort(64, limitsOf('unlimited'))).toBeUndefined();
  expect(addressesShort(64, '')).toBeUndefined();
});
