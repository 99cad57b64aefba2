import { expect, it } from 'vitest';
import { FrozenFunctions } from '../../../src/serverless/frozen.ts';
import { defaultMachine } from '../../../src/replay/index.ts';
import { hostOf } from '../../../src/serverless/context.ts';
import { Clock } from '../../../src/time/index.ts';
import { PROFILE } from '../../support/serverless.ts';

it('has one image a function, and another for one that holds more', () => {
  const context = { machine: defaultMachine(), clock: new Clock() };
  const images = new FrozenFunctions(context, hostOf(context), {
    keeper: 'disk',
    isCopied: false,
    isLarge: false,
    startOperations: {},
  });
  const image = images.of(PROFILE);
  expect(images.of({ ...PROFILE })).toBe(image);
  const larger = images.of({ ...PROFILE, anonymousFrames: PROFILE.anonymousFrames + 10 });
  expect(larger.image.use.anonymous).toBe(image.image.use.anonymous + 10);
  expect(image.image.use).toMatchObject({
    anonymous: PROFILE.anonymousFrames,
    file: PROFILE.fileFrames,
  });
});
