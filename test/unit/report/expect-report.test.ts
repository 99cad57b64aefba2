import { describe, expect, it } from 'vitest';
import { RefusedArgument } from '../../../src/check/index.ts';
import { expectReport } from '../../../src/report/expect-report.ts';
import { FORMATS, ResultsError, reportHtml } from '../../../src/report/index.ts';

const NONE: readonly unknown[] = [undefined, null, 5, 'x', 5n, [], {}, { results: 5 }];

describe('a report that is none', () => {
  it('is refused', () => {
    for (const none of NONE) expect(() => expectReport(none as never)).toThrow(RefusedArgument);
    const wrong = { results: {}, details: {} };
    expect(() => expectReport(wrong as never)).toThrow(ResultsError);
  });

  it('is refused by every format, in words', () => {
    for (const { render } of FORMATS) {
      for (const none of NONE) expect(() => render(none as never)).toThrow(RefusedArgument);
    }
  });

  it('is refused before a page of it is made', async () => {
    await expect(reportHtml({} as never)).rejects.toThrow(ResultsError);
    await expect(reportHtml({} as never, { maps: 5 } as never)).rejects.toThrow(
      'report.details.maps: expected a list, found 5',
    );
  });
});
