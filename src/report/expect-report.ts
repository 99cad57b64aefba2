// What formats are given, of callers without types too.

import {
  ARRAY,
  COUNT,
  FLAG,
  FUNCTION,
  NUMBER,
  OBJECT,
  RefusedArgument,
  type Shape,
  TEXT,
  expectShape,
  isPlainData,
} from '../check/index.ts';
import { ENCODED } from '../map/index.ts';
import { type Details, DISTRIBUTIONS, JUDGED } from './detail.ts';
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

const REPORT: Shape = {
  results: OBJECT,
  details: DETAILS,
  'experiment?': TEXT,
  'told?': FUNCTION,
};

/** All that is there is written: what is more, too. */
function expectPlain(details: Details): void {
  for (const [name, value] of Object.entries(details)) {
    if (isPlainData(value, true)) continue;
    throw new RefusedArgument(`report.details.${name}`, 'plain data', value);
  }
}

function expectLengths(cdfs: Details['cdfs'] = {}): void {
  for (const name of DISTRIBUTIONS) {
    const odd = cdfs[name]?.find(({ values, share }) => values.length !== share.length);
    if (odd === undefined) continue;
    const argument = `report.details.cdfs.${name}`;
    throw new RefusedArgument(argument, `${odd.values.length} shares`, odd.share.length);
  }
}

/** Throws ResultsError for a wrong record, RefusedArgument for what is no report. */
export function expectReport(report: Report): Report {
  expectShape('report', report, REPORT);
  expectPlain(report.details);
  expectLengths(report.details.cdfs);
  const { sensitivity } = report.details;
  if (sensitivity !== undefined) parsedBy(sensitivitySchema, sensitivity);
  parseResults(report.results);
  return report;
}

/** A format that looks at what it is given. */
export function checked(format: Format): Format {
  return { ...format, render: (report) => format.render(expectReport(report)) };
}
