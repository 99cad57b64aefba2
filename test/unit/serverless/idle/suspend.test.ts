import { expect, it } from 'vitest';
import { SUSPEND } from '../../../../src/serverless/idle/suspend.ts';

it('suspends after its time, and pages come one by one unless the working set is said', () => {
  expect(SUSPEND.create('2s').steps(0, 0)).toEqual([
    { way: 'suspend', afterMs: 2000, load: 'lazy' },
  ]);
  expect(SUSPEND.create('2s/working-set').steps(0, 0)[0]).toMatchObject({ load: 'working-set' });
  expect(() => SUSPEND.create('2s/eager')).toThrow('one of');
});
