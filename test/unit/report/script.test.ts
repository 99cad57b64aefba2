/** The page's scripts as the build has packed them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { RefusedArgument } from '../../../src/check/index.ts';
import { chartsLibrary, pageScript, useCharts } from '../../../src/report/script.ts';
import { emptyFolder } from '../../support/folder.ts';

const CHARTS = 'const µ = "charts";\n';
const LIVE = 'µ.draw();';
const PACKED = deflateRawSync(`${CHARTS.length}\n${CHARTS}${LIVE}`);
const file = join(emptyFolder(), 'charts.deflate');
writeFileSync(file, PACKED);

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('the scripts of a page', () => {
  it('are none in a tree that was not built, and a process that would draw is told where', async () => {
    expect(await pageScript()).toBe('');
    await expect(chartsLibrary()).rejects.toThrow(
      /not at file:.*charts\.deflate: serve node_modules.*useCharts\(\)$/,
    );
  });

  it('are what was packed, without a Response: there may be no addresses for one', async () => {
    vi.stubGlobal('Response', undefined);
    useCharts(pathToFileURL(file));

    expect(await chartsLibrary()).toBe(CHARTS);
    expect(await pageScript()).toBe(`${CHARTS}\n${LIVE}`);
  });

  it('are fetched where no files are, from where somebody says, by the address of the page', async () => {
    const asked: string[] = [];
    vi.stubGlobal('process', undefined);
    vi.stubGlobal('location', new URL('https://example.org/app/'));
    vi.stubGlobal('fetch', async (place: URL) => {
      asked.push(place.href);
      const isThere = place.pathname.endsWith('there');
      return isThere ? new Response(PACKED) : new Response('no such file', { status: 404 });
    });

    useCharts('there');
    expect(await chartsLibrary()).toBe(CHARTS);
    useCharts('/nothing');
    expect(await pageScript()).toBe('');
    expect(asked).toEqual(['https://example.org/app/there', 'https://example.org/nothing']);
  });

  it('are at no address that is none', () => {
    expect(() => useCharts('no address')).toThrow(RefusedArgument);
    expect(() => useCharts(undefined as never)).toThrow(RefusedArgument);
  });
});
