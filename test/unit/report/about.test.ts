import { expect, it } from 'vitest';
import { aboutOf, svgAbout } from '../../../src/report/about.ts';
import { wholeRun } from '../../support/browser.ts';

it('what made a run is its seed, trace, hashes, configuration, command and versions', () => {
  const { results } = wholeRun();
  const { seed, trace, configuration, made, systems } = results;
  expect(aboutOf(results)).toEqual({
    seed,
    trace: { name: trace.name, isDrawn: trace.isDrawn, repairs: trace.repairs },
    hashes: Object.fromEntries(systems.map(({ name, hash }) => [name, hash])),
    command: made?.command,
    versions: made?.versions,
    configuration,
  });
});

it('a picture has such words before its end, escaped', () => {
  expect(svgAbout('<svg><g/></svg>\n', { name: '<a&b>' })).toBe(
    '<svg><g/><metadata>{&quot;name&quot;:&quot;&lt;a&amp;b&gt;&quot;}</metadata></svg>\n',
  );
});
