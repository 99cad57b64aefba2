/** A clone grows and shrinks by what its image was made with. */
import { describe, expect, it } from 'vitest';
import { RESIZERS, resizeRow } from '../../../../src/scenario/question/resize-later.ts';

describe('a clone that is to be larger for one task', () => {
  it('cannot without a device that its image was made with', () => {
    expect(resizeRow('none')).toMatchObject({ grownMib: 512, taskRan: false });
  });

  it.each(RESIZERS.filter((name) => name !== 'none'))(
    'grows, runs its task and goes back by %s, and the host gets the task’s memory',
    (mechanism) => {
      const row = resizeRow(mechanism);
      expect(row).toMatchObject({ grownMib: 1024, taskRan: true, shrunkMib: 512 });
      expect(Number(row['heldAfterTaskMib'])).toBeGreaterThan(600);
      expect(Number(row['heldAfterShrinkMib'])).toBeLessThan(512);
    },
  );
});
