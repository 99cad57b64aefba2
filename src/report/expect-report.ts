// What formats are given, of callers without types too.

import { ARRAY, LIST, OBJECT, type Shape, TEXT, expectShape } from '../check/index.ts';
import type { Format, Report } from './format.ts';
import { parseResults } from './schema.ts';

const DETAILS: Shape = {
  'series?': [{ system: TEXT, tMs: ARRAY, columns: OBJECT }],
  'starts?': [{ system: TEXT, columns: OBJECT }],
  'cdfs?': OBJECT,
  'levels?': LIST,
  'sensitivity?': { prices: LIST },
  'maps?': [{ zones: [TEXT], owners: [TEXT], instants: LIST }],
  'sentences?': OBJECT,
};

/** Throws ResultsError for a wrong record, RefusedArgument for what is no report. */
export function expectReport(report: Report): Report {
  expectShape('report', report, { results: OBJECT, details: DETAILS });
  parseResults(report.results);
  return report;
}

/** A format that looks at what it is given. */
export function checked(format: Format): Format {
  return { ...format, render: (report) => format.render(expectReport(report)) };
}
