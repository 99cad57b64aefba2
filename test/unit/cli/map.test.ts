/** guestmem map, and --map of verify and pages. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageVersion } from '../../../src/cli/version.ts';
import { mapCommand } from '../../../src/cli/map.ts';
import { pagesCommand } from '../../../src/cli/pages.ts';
import { verifyCommand } from '../../../src/cli/verify.ts';
import { type EncodedReel, USE_FREE, decodeReel } from '../../../src/map/index.ts';
import { FORMATS } from '../../../src/report/index.ts';
import { writeReport } from '../../../src/report/node.ts';
import { wholeRun } from '../../support/browser.ts';
import { emptyFolder } from '../../support/folder.ts';
import { ran } from '../../support/command.ts';
import { copyOf } from '../../support/recorded.ts';

describe('guestmem map', () => {
  it.each([
    [['/nowhere'], /expected a file of a recording, found nothing/],
    [['/n', '--by', 'me'], /--by: expected one of guided, .*czone/],
    [['/n', '--moments', '1'], /--moments: expected a whole number from 2 to 1000/],
    [['/n', '--out', 'x.gif'], /--out: expected a file that ends in one of .svg, .png, .json/],
  ])('refuses %j in one line', async (args, text) => {
    const { code, out, err } = await ran(mapCommand(), ...args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(text);
  });

  it('refuses a moment that is no time, and a place where nothing can be written', async () => {
    const folder = copyOf();
    const at = await ran(mapCommand(), folder, '--at', 'noon');
    expect([at.code, at.err]).toEqual([2, expect.stringMatching(/--at: expected seconds/)]);
    const out = await ran(mapCommand(), folder, '--moments', '2', '--out', '/proc/nowhere/m.svg');
    expect([out.code, out.err]).toEqual([2, expect.stringContaining('/proc/nowhere')]);
  });

  it('draws the end in letters, and a moment as a picture', async () => {
    const folder = copyOf();
    const { out } = await ran(mapCommand(), folder, '--moments', '3');
    expect(out).toMatch(/^guided\n {2}0\.000 GiB \|.{64}\|\n/);
    const file = join(emptyFolder(), 'm.svg');
    await ran(mapCommand(), folder, '--moments', '3', '--at', '0', '--out', file);
    const svg = readFileSync(file, 'utf8');
    expect(svg).toContain('<title>guided, 0.00 s</title>');
    expect(svg).toContain(`<metadata>{&quot;of&quot;:{&quot;recording&quot;:`);
    const png = join(emptyFolder(), 'm.png');
    await ran(mapCommand(), folder, '--moments', '2', '--out', png);
    expect(readFileSync(png).subarray(1, 4).toString()).toBe('PNG');
    expect(readFileSync(png, 'utf8')).toMatch(/Description\0{5}\{"of":\{"recording":/);
  });

  it.each(['svg', 'png', 'json'])(
    'replaces its own .%s, and one of somebody else only if it is forced',
    async (ending) => {
      const [folder, file] = [copyOf(), join(emptyFolder(), `m.${ending}`)];
      const write = (...more: string[]): ReturnType<typeof ran> =>
        ran(mapCommand(), folder, '--moments', '2', '--out', file, ...more);
      writeFileSync(file, '<svg xmlns="http://www.w3.org/2000/svg"><title>mine</title></svg>');
      expect(await write()).toEqual({
        code: 2,
        out: '',
        err: `guestmem: ${file}: a file that guestmem did not write (--force replaces it)`,
      });
      expect(readFileSync(file, 'utf8')).toContain('<title>mine</title>');
      expect((await write('--force')).code).toBe(0);
      expect((await write()).code).toBe(0);
      expect(readFileSync(file, 'utf8')).not.toContain('<title>mine</title>');
    },
  );

  it('writes all moments of a policy as data', async () => {
    const file = join(emptyFolder(), 'm.json');
    await ran(mapCommand(), copyOf(), '--by', 'czone', '--moments', '4', '--out', file);
    expect(existsSync(file)).toBe(true);
    const encoded = JSON.parse(readFileSync(file, 'utf8')) as EncodedReel & { about: object };
    expect(encoded.about).toMatchObject({
      of: { by: 'czone' },
      versions: { guestmem: packageVersion() },
    });
    const reel = decodeReel(encoded);
    expect(reel).toMatchObject({ name: 'czone' });
    expect(reel.instants.length).toBe(4);
    expect(reel.instants[3]!.map.frames[USE_FREE]).toBeGreaterThan(0);
  });
});

describe('guestmem map of a run', () => {
  it('draws the maps of a system', async () => {
    const { results, details } = wholeRun();
    const folder = emptyFolder();
    await writeReport(
      { results, details },
      FORMATS.filter(({ name }) => name === 'json'),
      folder,
    );
    const { out } = await ran(mapCommand(), folder, '--by', 'mcpv-czone', '--at', '60');
    expect(out).toMatch(/^mcpv-czone\n +VM 1 +0\.000 GiB \|.{64}\|\n/);
    const other = await ran(mapCommand(), folder, '--by', 'nobody');
    expect([other.code, other.err]).toEqual([2, expect.stringContaining('--by: expected one of')]);
  });

  it('says what makes them where there are none', async () => {
    const { results } = wholeRun();
    const folder = emptyFolder();
    await writeReport(
      { results, details: {} },
      FORMATS.filter(({ name }) => name === 'json'),
      folder,
    );
    const { code, err } = await ran(mapCommand(), folder);
    expect([code, err]).toEqual([2, expect.stringContaining('replay --maps')]);
  });
});

describe('--map', () => {
  it('of verify and pages draws the guest below the figures, and not into JSON', async () => {
    const folder = copyOf();
    const map = /\n {2}0\.000 GiB \|.{64}\|\n/;
    expect((await ran(verifyCommand(), folder, '--map')).out).toMatch(map);
    const pages = await ran(pagesCommand(), folder, '--policy', 'linux', '--map');
    expect(pages.out).toMatch(map);
    const json = await ran(pagesCommand(), folder, '--policy', 'linux', '--map', '--json');
    expect(() => JSON.parse(json.out) as unknown).not.toThrow();
  });
});
