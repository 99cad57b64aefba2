// A day of a thousand functions, in ../shared/traces.

import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openTrace } from '../../src/trace/index.ts';
import { faultOf, hasSamples, samples } from '../support/trace-folders.ts';
import { sized } from './size.ts';

const FOLDER = join(samples, 'derived-owner-level/1000-fullday');
/** Minutes read, and the sum of their columns. */
const [MINUTES, INVOCATIONS] = sized([60, 1_351_218], [1440, 11_639_447]) as [number, number];

it.skipIf(!hasSamples)('1000-fullday has as many invocations as its columns say', () => {
  expect(openTrace(FOLDER, { seed: 1, minutes: MINUTES }).startMs.length).toBe(INVOCATIONS);
});

it.skipIf(!hasSamples)('1000-fullday refuses to fit below that', () => {
  const fault = faultOf(() => openTrace(FOLDER, { seed: 1, maximumInvocations: 1e6 }));
  expect(fault.expected).toContain('at most 1000000 invocations');
});
