import { describe, expect, it } from 'vitest';
import { RefusedArgument, choiceOf, expectName, nearestName } from '../../../src/check/index.ts';

const NAMES = ['firecracker', 'cloud-hypervisor', 'qemu'] as const;

describe('names', () => {
  it.each([
    ['fircracker', 'firecracker'],
    ['FIRECRACKER', 'firecracker'],
    ['cloud', 'cloud-hypervisor'],
    ['cloud_hypervisor', 'cloud-hypervisor'],
    ['qmeu', 'qemu'],
  ])('%s was meant as %s', (word, name) => {
    expect(nearestName(word, NAMES)).toBe(name);
  });

  it.each(['', 'xen', 'z'.repeat(10_000)])('nothing is near %s', (word) => {
    expect(nearestName(word, NAMES)).toBeUndefined();
  });

  it('a choice is told with its names, and with the nearest where there is one', () => {
    expect(choiceOf(['ab', 'cd'], 'abx')).toBe('ab, cd (did you mean ab?)');
    expect(choiceOf(['ab', 'cd'], 'wxyz')).toBe('ab, cd');
  });

  it('a name of the list passes, another is refused with the list and the nearest', () => {
    expect(expectName('profile', 'qemu', NAMES)).toBe('qemu');
    const found = 'qemo' as 'qemu';
    expect(() => expectName('profile', found, NAMES)).toThrow(
      'profile: expected one of firecracker, cloud-hypervisor, qemu (did you mean qemu?), found "qemo"',
    );
  });

  it.each([undefined, null, 5, {}, 'toString', '__proto__'])('refuses %o', (found) => {
    expect(() => expectName('profile', found as 'qemu', NAMES)).toThrow(RefusedArgument);
  });
});
