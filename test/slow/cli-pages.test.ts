/** guestmem pages as a user runs it: the built program. `npm test` builds it first. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../src/cli/fault.ts';
import { pagesCommand, pagesText } from '../../src/cli/pages.ts';
import { PAGES_DEFAULTS, type PagesResult, replayPages } from '../../src/recording/index.ts';
import { ANON, TraceScript } from '../support/recording.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const SMOKE = path.join(ROOT, '../shared/captures/linux-6.12-smoke-768');

function guestmem(...args: string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [path.join(ROOT, 'dist/cli/main.js'), 'pages', ...args],
    { encoding: 'utf8' },
  );
  return { code: status, out: stdout, err: stderr };
}

/** The one line that a refused command leaves. */
async function refusal(...args: string[]): Promise<string> {
  const lines: string[] = [];
  const command = pagesCommand().exitOverride();
  const error: unknown = await command.parseAsync(args, { from: 'user' }).catch((e) => e);
  expect(exitCodeOf(error, (line) => lines.push(line))).toBe(2);
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toContain('\n');
  return lines[0] ?? '';
}

describe('guestmem pages', () => {
  it('refuses what it cannot use with one line and exit code 2', async () => {
    expect(await refusal('/nowhere')).toMatch(/expected a file of a recording, found nothing/);
    expect(await refusal('/n', '--policy', 'x')).toMatch(/policies of linux, .*, found "x"/);
    expect(await refusal('/n', '--policy', 'linux,linux')).toMatch(/expected each policy once/);
    expect(await refusal('/n', '--czone-block', '3')).toMatch(/one of 2, 4, .*, found "3"/);
    expect(await refusal('/n', '--samples', '0')).toMatch(/a whole number from 1 on/);
  });

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

it('the tables of a made-up recording', () => {
  const script = new TraceScript().fork(1, 10).fork(10, 11);
  for (let page = 0; page < 300; page += 1) script.alloc(11, 5000 + page, ANON);
  script.wait(50_000);
  for (let page = 0; page < 300; page += 1) script.free(11, 5000 + page);
  const result = replayPages(script.exit(11).finish(), { ...PAGES_DEFAULTS, samples: 2 });
  const lines = pagesText(result).split('\n');
  expect(lines[0]).toMatch(/^up: 603 events in 0\.1 s, 1 containers \(1 exited\) below shell 10,/);
  const exits = lines.slice(lines.findIndex((line) => line.startsWith('at exits')));
  expect(exits[2]).toMatch(/^czone +300 +1 +1 +0 +0 +0 +1 +1 +0 +0 +0$/);
});
