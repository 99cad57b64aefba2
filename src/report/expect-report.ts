// What formats are given, of callers without types too.

import {
  ARRAY,
  COUNT,
  FLAG,
  FUNCTION,
  NUMBER,
  OBJECT,
  type Shape,
  TEXT,
  expectShape,
} from '../check/index.ts';
import { ENCODED } from '../map/index.ts';
import { DISTRIBUTIONS, JUDGED } from './detail.ts';
import type { Format, Report } from './format.ts';
import { parseResults, parsedBy, sensitivitySchema } from './schema.ts';

function each(names: readonly string[], shape: Shape): Shape {
  return Object.fromEntries(names.map((name) => [name, shape]));
}

const COLUMNS: Shape = { '*': ARRAY };
const CDFS: Shape = [{ system: TEXT, values: ARRAY, share: ARRAY }];

const DETAILS: Shape = {
  'series?': [{ system: TEXT, tMs: ARRAY, columns: COLUMNS, 'counts?': COLUMNS }],
  'starts?': [{ system: TEXT, columns: COLUMNS }],
  'cdfs?': each(
    DISTRIBUTIONS.map((name) => `${name}?`),
    CDFS,
  ),
  'levels?': [{ system: TEXT, figures: each(JUDGED, [NUMBER, NUMBER, NUMBER]) }],
  'maps?': [ENCODED],
  'keepAlives?': [
    {
      policy: TEXT,
      isOwn: FLAG,
      cold: COUNT,
      coldQuartile: NUMBER,
      ahead: COUNT,
      idleSeconds: NUMBER,
      wastedGiBSeconds: NUMBER,
    },
  ],
  'sentences?': { '*': TEXT },
};

/** Throws ResultsError for a wrong record, RefusedArgument for what is no report. */
export function expectReport(report: Report): Report {
  expectShape('report', report, { results: OBJECT, details: DETAILS, 'told?': FUNCTION });
  const { sensitivity } = report.details;
  if (sensitivity !== undefined) parsedBy(sensitivitySchema, sensitivity);
  parseResults(report.results);
  return report;
}

/** A format that looks at what it is given. */
export function checked(format: Format): Format {
  return { ...format, render: (report) => format.render(expectReport(report)) };
}
