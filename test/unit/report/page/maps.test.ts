import { describe, expect, it } from 'vitest';
import { decodeReel, legendOf, paletteOf } from '../../../../src/map/index.ts';
import { mapsSection, momentText, shownFirst } from '../../../../src/report/page/maps.ts';
import { wholeRun } from '../../../support/browser.ts';

const { results, details } = wholeRun();
const maps = details.maps!;

describe('the section of memory maps', () => {
  it('has the first system and the leanest of the others, at the last moment', () => {
    expect(shownFirst(results, maps)).toEqual(['scpv-template', 'mcpv-static']);
    const html = mapsSection(results, details);
    expect(html.match(/<h3>[^<]*/g)).toEqual([
      '<h3>scpv-template at 0:02: 2 VMs',
      '<h3>mcpv-static at 0:02: 2 VMs',
    ]);
    expect(html).toContain('run only');
    expect(html.match(/<option selected>/g)).toHaveLength(2);
  });

  it('has the figures of the map in its table', () => {
    const reel = decodeReel(maps[0]!);
    const html = mapsSection(results, details);
    for (const { frames, backed } of legendOf(
      reel,
      reel.instants.at(-1)!.map,
      paletteOf('light'),
    )) {
      expect(html).toContain(`<td data-v="${frames / 256}">`);
      expect(html).toContain(`<td data-v="${backed / 256}">`);
    }
  });

  it('says what makes them where a run has none', () => {
    expect(mapsSection(results, {})).toContain('guestmem replay --maps');
    expect(momentText(3_600_000)).toBe('1:00');
  });
});
