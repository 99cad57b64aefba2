import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { workerPlace } from '../../../src/replay/worker-place.ts';

it('the program of a thread is beside what starts it', () => {
  const built = fileURLToPath(workerPlace());
  expect(existsSync(built.replace(/\.js$/, '.ts'))).toBe(true);
});
