/** Steps of a recording: as many are right as the verdict says. */
import { expect, it } from 'vitest';
import { stepsOf } from '../../../../src/play/steps.ts';
import { openCapture } from '../../../../src/recording/read/index.ts';
import { recordedSteps, verifyCapture } from '../../../../src/recording/verify/index.ts';
import { copyOf } from '../../../support/recorded.ts';

it.each(['guided', 'free-running'] as const)('%s: are as right as the verdict', async (mode) => {
  const capture = await openCapture(copyOf());
  let told = 0;
  const onProgress = (): void => void (told += 1);
  const steps = recordedSteps(capture, mode, Number.MAX_SAFE_INTEGER, { onProgress });
  expect(told).toBeGreaterThan(0);
  expect(stepsOf(JSON.parse(JSON.stringify(steps)))).toEqual(steps);
  expect(steps.total).toBe(steps.atMs.length);
  const { result } = verifyCapture(capture, mode);
  const others = steps.frame.filter((pfn, at) => pfn !== steps.predicted[at]).length;
  expect(others).toBe(result.divergences.length);
  expect(steps.total).toBeGreaterThan(1000);
  expect(steps.atMs.every((ms, at) => at === 0 || ms >= steps.atMs[at - 1]!)).toBe(true);
  expect(recordedSteps(capture, mode, 10)).toMatchObject({
    total: steps.total,
    frame: steps.frame.slice(0, 10),
  });
});

it.each([null, 5, { build: 5 }, { clock: 'x' }, { onProgress: {} }])(
  'a recording is verified with options alone: not %j',
  async (options) => {
    const capture = await openCapture(copyOf());
    expect(() => verifyCapture(capture, 'guided', options as never)).toThrow('options');
  },
);
