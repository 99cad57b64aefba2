/** What a command does, the library does: each command has its exported functions, and calls them. */
import { describe, expect, it } from 'vitest';
import * as library from '../../src/node.ts';
import { SOURCES, read } from './tree.ts';

/** By command, what of the library does its work. */
const DOES: Readonly<Record<string, readonly string[]>> = {
  replay: ['playExperiment', 'traceOfExperiment', 'writeReport'],
  sweep: ['runSweep', 'emitSweep'],
  compare: ['compareResults'],
  query: ['query'],
  worker: ['serveRedis', 'playJobFiles'],
  report: ['reportOf', 'writeAgain'],
  figures: ['reportOf', 'writeFigures', 'pngsOf'],
  systems: [
    'SYSTEMS',
    'KEEP_ALIVES',
    'IDLE_POLICIES',
    'PLACEMENTS',
    'HOST_PLACEMENTS',
    'WHEN_FULL',
    'GROWTHS',
    'FORMATS',
    'TRACE_FORMATS',
  ],
  verify: ['openCapture', 'verifyCapture', 'runLive', 'recordedSteps'],
  record: ['record'],
  import: ['importEvents', 'importReportOf'],
  profile: ['profileFileOf', 'parseProfile', 'emulateLives', 'emulateForks'],
  pages: ['replayPages'],
  'build-core': ['buildCore'],
  map: ['captureReel', 'decodeReel', 'instantAt', 'mapPng', 'mapSvg', 'mapText'],
  scenario: ['SCENARIOS', 'scenarioTable'],
  trace: ['loadTrace', 'summarizeTrace', 'sampleTrace', 'generateSynthetic', 'TRACE_WRITERS'],
  bench: [
    'MICROBENCHES',
    'runMicrobenches',
    'compareBenches',
    'compareTrees',
    'parseBenchRecord',
    'useCore',
  ],
  play: ['servePlayground', 'encodeReel', 'recordedSteps'],
  completion: ['SHELLS', 'completionScript'],
};

const text = SOURCES.filter((file) => file.startsWith('src/cli/'))
  .map(read)
  .join('\n');
const commands = [...read('src/cli/program.ts').matchAll(/^ {4}name: '([\w-]+)',$/gm)].map(
  ([, name = '']) => name,
);

describe('the library', () => {
  it('does what every command does', () => {
    expect(commands.length).toBeGreaterThan(15);
    expect(Object.keys(DOES).toSorted()).toEqual(commands.toSorted());
  });

  it.each(Object.entries(DOES))('exports what %s calls', (_, names) => {
    expect(names.filter((name) => !(name in library))).toEqual([]);
    expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(text))).toEqual([]);
  });
});
