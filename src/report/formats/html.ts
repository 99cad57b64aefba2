/** report.html. The page and its charts are loaded when the first one is written. */
import { checked, expectReport } from '../expect-report.ts';
import { KIB } from '../../abi/unit.ts';
import type { Details } from '../detail.ts';
import type { Format, Report } from '../format.ts';
import type { Results } from '../results.ts';

/** The whole page. Equal input gives equal text. */
export async function reportHtml(
  results: Results,
  details: Details = {},
  told?: Report['told'],
): Promise<string> {
  expectReport({ results, details, told });
  const { pageHtml } = await import('../page.ts');
  return pageHtml(results, details, { told });
}

export const HTML_FORMAT: Format = checked({
  name: 'html',
  hasKeepAlives: true,
  sentence: 'The report as report.html: tables and charts in one page that needs no network.',
  files: [{ name: 'report.html', mark: /<title>guestmem: /, usualBytes: 1500 * KIB }],
  render: async ({ results, details, told }) => ({
    files: [{ name: 'report.html', content: await reportHtml(results, details, told) }],
  }),
});
