import { describe, expect, it } from 'vitest';
import { pagesCommand, pagesText } from '../../../src/cli/pages.ts';
import { PAGES_DEFAULTS, type PagesResult, replayPages } from '../../../src/recording/index.ts';
import { ran } from '../../support/command.ts';
import { copyOf } from '../../support/recorded.ts';
import { ANON, TraceScript } from '../../support/recording.ts';

describe('guestmem pages', () => {
  it.each([
    [['/nowhere'], /expected a file of a recording, found nothing/],
    [['/n', '--policy', 'x'], /policies of linux, .*, found "x"/],
    [['/n', '--policy', 'linux,linux'], /expected each policy once/],
    [['/n', '--czone-block', '3'], /one of 2, 4, .*, found "3"/],
    [['/n', '--samples', '0'], /--samples: expected a whole number from 1 on/],
    [['/n', '--shell', '0'], /--shell: expected a whole number from 1 on/],
    [['/n', '--min-pages', '-1'], /--min-pages: expected a whole number from 1 on/],
  ])('refuses %j in one line', async (args, text) => {
    const { code, out, err } = await ran(pagesCommand(), ...args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(text);
    expect(err.split('\n')).toHaveLength(1);
  });

  it('prints JSON alone, of the policies and samples asked for', async () => {
    const args = ['--json', '--policy', 'czone,linux', '--samples', '3', '--czone-block', '128'];
    const { code, out } = await ran(pagesCommand(), copyOf(), ...args);
    expect(code).toBe(0);
    const result = JSON.parse(out) as PagesResult;
    expect(result.policies.map(({ name, series }) => [name, series.length])).toEqual([
      ['czone', 3],
      ['linux', 3],
    ]);
    expect(result.rule.czoneBlockFrames).toBe(32_768);
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
