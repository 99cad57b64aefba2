/** guestmem pages as a user runs it: the built program. `npm test` builds it first. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PagesResult } from '../../src/recording/index.ts';
import { type Ended, ROOT, guestmemIn } from '../support/built.ts';

const SMOKE = path.join(ROOT, '../shared/captures/linux-6.12-smoke-768');

const guestmem = (...args: readonly string[]): Ended => guestmemIn(ROOT, 'pages', ...args);

describe('guestmem pages', () => {
  it.skipIf(!existsSync(SMOKE))('prints JSON alone, or tables (needs ../shared)', () => {
    const json = guestmem(SMOKE, '--json', '--policy', 'czone,linux', '--samples', '3');
    expect(json.code).toBe(0);
    const result = JSON.parse(json.out) as PagesResult;
    expect(result.schema).toBe(1);
    expect(result.policies.map(({ name, series }) => [name, series.length])).toEqual([
      ['czone', 3],
      ['linux', 3],
    ]);
    const text = guestmem(SMOKE, '--policy', 'linux', '--czone-block', '128');
    expect(text.code).toBe(0);
    expect(text.out).toMatch(
      /^linux-6\.12-smoke-768: [\d,]+ events in .* CZone blocks of 128 MiB$/m,
    );
    expect(text.out).toMatch(/^at exits +private/m);
  });
});
