// Files that people write or edit, with faults in them: an experiment, prices of one's own, results. Read whole or refused in lines.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';
import { RefusedArgument } from '../../src/check/index.ts';
import { ExperimentError, planOf, readExperiment, readPrices } from '../../src/experiment/index.ts';
import { resultsJson } from '../../src/report/index.ts';
import { readDetails, readResults } from '../../src/report/node.ts';
import { ResultsError } from '../../src/report/schema.ts';
import { detailsJson } from '../../src/report/details-file.ts';
import { details, results, system } from '../support/report.ts';
import { type Fuzzer, Tally } from './fuzzer.ts';
import { Folders } from './reading.ts';
import { UNPRINTABLE, textFault, withFault } from './text.ts';

const EXPERIMENT = `trace: { synthetic: { functionCount: 8, minutes: 3, popular: { perMinute: 12, averageMs: 300, memoryMib: 40 } } }
seed: 1
minutes: 30
hosts: { count: 2, memory: 384GiB, cache: shared, placement: first-fit, whenFull: 'evict,ask' }
machine:
  containersPerVm: 16
  containerMemoryPerVm: 2GiB
functions: { fileShare: 0.3, callTemporaryKibMin: 128 }
systems: [scpv-template, mcpv-static, 'mcpv-reporting:9/2s'] # some
policies: { keepAlive: 'fixed:10m', growth: 'predicted:0.9', idleReclaim: never }
prices:
  level: typical
  own: { functionInit: 35ms, vmExit: { low: 1us, typical: 1.2us, high: 2us } }
outputs: { formats: [table, json], folder: results }
`;
const PRICES = `functionInit: 35ms
vmExit: { low: 1us, typical: 1.2us, high: 2us }
guestZero4KiB: 0.1us # a page
`;

interface Reader {
  readonly file: string;
  readonly good: string;
  readonly read: (file: string) => unknown;
}

/** An experiment that is read is one that can be played. */
const READERS: Readonly<Record<string, Reader>> = {
  experiment: {
    file: 'experiment.yaml',
    good: EXPERIMENT,
    read: (file) => planOf(readExperiment(file)),
  },
  prices: {
    file: 'prices.yaml',
    good: PRICES,
    read: readPrices,
  },
  results: {
    file: 'results.json',
    good: resultsJson(results(system('a'), system('b', 2))),
    read: readResults,
  },
  details: {
    file: 'details.json',
    good: detailsJson(results(), details()),
    read: (file) => readDetails(file, results()),
  },
};

const LINES = [ExperimentError, ResultsError] as const;

/** The lines of a refusal; undefined: an error of another kind. */
function linesOf(error: unknown): readonly string[] | undefined {
  if (error instanceof RefusedArgument) return [error.message];
  for (const kind of LINES) if (error instanceof kind) return error.problems;
  return undefined;
}

/** How a file was taken. */
function outcomeOf(reader: Reader, file: string): 'read' | 'refused' {
  try {
    reader.read(file);
    return 'read';
  } catch (error) {
    const lines = linesOf(error);
    if (lines === undefined) throw error;
    for (const line of lines) expect(line).not.toMatch(UNPRINTABLE);
    return 'refused';
  }
}

const damage = fc.record({
  reader: fc.constantFrom(...Object.keys(READERS)),
  faults: fc.array(textFault, { maxLength: 3 }),
});

export const documents: Fuzzer = {
  name: 'documents',
  sentence:
    'A damaged experiment, list of prices or record of results is read or refused in lines.',
  cases: 300,
  night: 100_000,
  create: () => {
    const names = Object.keys(READERS);
    const tally = new Tally(names.flatMap((name) => [`${name} read`, `${name} refused`]));
    const tried = new Tally(names);
    const folders = new Folders();
    const property = fc.property(damage, ({ reader: name, faults }) => {
      const reader = READERS[name] as Reader;
      const folder = folders.of('documents', {});
      const file = path.join(folder, reader.file);
      writeFileSync(file, faults.reduce(withFault, reader.good));
      tally.add(`${name} ${outcomeOf(reader, file)}`);
      tried.add(name);
    });
    return { property, missing: tally.missing, tried: tried.counts, close: () => folders.close() };
  },
};
