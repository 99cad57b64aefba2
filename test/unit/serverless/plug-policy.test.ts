import { expect, it } from 'vitest';
import { ArgumentError } from '../../../src/serverless/index.ts';
import { plugPolicyOf } from '../../../src/serverless/plug-policy.ts';

it('reads the policies under which plugged memory is used, and no other', () => {
  for (const name of ['online_movable', 'online_kernel', 'auto-movable']) {
    expect(plugPolicyOf(name)).toBe(name);
  }
  for (const text of ['', 'offline', 'movable']) {
    expect(() => plugPolicyOf(text)).toThrow(ArgumentError);
  }
});
