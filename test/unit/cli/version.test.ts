import { expect, it } from 'vitest';
import { packageVersion } from '../../../src/cli/version.ts';

it('the version is that of package.json', () => {
  expect(packageVersion()).toMatch(/^\d+\.\d+\.\d+/);
});
