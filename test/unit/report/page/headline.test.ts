import { describe, expect, it } from 'vitest';
import { headlineHtml } from '../../../../src/report/page/headline.ts';
import { wholeRun } from '../../../support/browser.ts';
import { levels, results, system } from '../../../support/report.ts';

/** Without marks. */
function words(html: string): string {
  return html.replaceAll(/<[^>]+>/g, '');
}

describe('the headline', () => {
  it('says who is ahead, by how much, and what could turn it', () => {
    const run = wholeRun();
    const text = words(headlineHtml(run.results, run.details));
    expect(text).toMatch(
      /mcpv-static has the fastest whole start-ups: 38 ms, 0\.50x of scpv-template’s; next is mcpv-czone with 57 ms\./,
    );
    expect(text).toContain('Memory is counted page by page, not priced.');
    expect(text).toContain('1 of 1 prices can turn the order of two systems');
  });

  it('says who is level, and when others are ahead at other prices', () => {
    const made = results(system('a'), system('b', 1.005), system('c', 2));
    const text = words(
      headlineHtml(made, {
        levels: [levels('a', [3, 1, 1]), levels('b', [2, 2, 2]), levels('c', [4, 4, 4])],
      }),
    );
    expect(text).toMatch(
      /a has the fastest sandbox starts: 62 ms; within 1 % of it b; next is c with 124 ms/,
    );
    expect(text).toContain(
      'Not sure over prices: 300 ms to 100 ms from low to high prices; at low prices b is ahead.',
    );
  });

  it('claims nothing of one system', () => {
    expect(headlineHtml(results(system('alone')), {})).not.toContain('<li>');
  });
});
