import { expect, it } from 'vitest';
import { breathe } from '../../../src/replay/breathe.ts';

it('lets a timer in that is due, also where there is no setImmediate', async () => {
  const { setImmediate: own } = globalThis;
  let heard = 0;
  try {
    for (const has of [true, false]) {
      if (!has) Reflect.deleteProperty(globalThis, 'setImmediate');
      const due = new Promise<void>((done) => {
        setTimeout(() => {
          heard += 1;
          done();
        });
      });
      await breathe();
      await due;
    }
  } finally {
    globalThis.setImmediate = own;
  }
  expect(heard).toBe(2);
});
