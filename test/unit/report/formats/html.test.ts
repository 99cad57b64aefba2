import { expect, it } from 'vitest';
import { HTML_FORMAT, reportHtml } from '../../../../src/report/formats/html.ts';
import { details, results } from '../../../support/report.ts';

it('report.html is the page of the record and its details, in one file', async () => {
  const { files, text } = await HTML_FORMAT.render({ results: results(), details: details() });
  expect(text).toBeUndefined();
  expect(files).toEqual([{ name: 'report.html', content: await reportHtml(results(), details()) }]);
  expect(files?.[0]?.content).not.toBe(await reportHtml(results()));
});
