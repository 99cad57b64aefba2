// Each bench at its small size, so that they keep working. No times are tested.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { SMALL } from '../../bench/measure.ts';
import { capturesFolder } from '../../bench/recording.bench.ts';
import { BENCHES, runBenches } from '../../bench/run.ts';
import { emptyFolder } from '../support/folder.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const hasRecordings = existsSync(capturesFolder(ROOT));

/** Equal on every machine: the timed code computes the same each time. */
const needs = { recording: hasRecordings } as Readonly<Record<string, boolean>>;

// of a small size, guests of any number of GiB are one
it.each(Object.keys(BENCHES).filter((name) => !/^alloc-(?:16|256)$/.test(name)))(
  '%s',
  async (name) => {
    const texts: string[] = [];
    const run = (): ReturnType<typeof runBenches> =>
      runBenches(SMALL, ROOT, [name], undefined, (text) => texts.push(text));
    const [[first], [second]] = [await run(), await run()];
    if (needs[name] === false) {
      expect(texts[0]).toBe(`${name}: left out, there are no recordings\n`);
      return;
    }
    expect(first?.hash).toBe(second?.hash);
    expect(first?.rows.length).toBeGreaterThan(1);
    for (const row of first?.rows ?? []) {
      expect(row.nsPerOperation).toBeGreaterThan(0);
      expect(texts[0]).toContain(row.name);
    }
    for (const value of Object.values(first?.ratios ?? {})) expect(value).toBeGreaterThan(0);
  },
);

it('a run leaves one line of history', async () => {
  const folder = emptyFolder();
  const file = path.join(folder, 'history.ndjson');
  const [report] = await runBenches(SMALL, ROOT, ['touch'], file, () => {});
  const lines = readFileSync(file, 'utf8').split('\n');
  expect(lines).toHaveLength(2);
  const line = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
  expect(Object.keys(line)).toEqual(['commit', 'node', 'cpu', 'benches']);
  expect(Object.keys(line['benches'] as object)).toEqual([report?.name]);
});

it('a bench that there is not is named', async () => {
  await expect(runBenches(SMALL, ROOT, ['x'], undefined, () => {})).rejects.toThrow(
    'expected benches of alloc-1, alloc-16, alloc-256, buddy, touch, recording, clone, czone, trace, replay, found "x"',
  );
});
