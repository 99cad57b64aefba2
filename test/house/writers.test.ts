// Whoever writes a file does it through OutputFolder, which looks at the place before the work and shows all files or none.
import { expect, it } from 'vitest';
import { SOURCES, codeOf, filesIn } from './tree.ts';

/** The ways of OutputFolder itself. */
const OWN: readonly string[] = [
  'src/report/exchange.ts',
  'src/report/leftovers.ts',
  'src/report/output.ts',
  'src/report/replace.ts',
  'src/report/spool.ts',
];

/** In the folder of one recording, which goes with it. */
const SCRATCH = 'what a guest gets and leaves, in a folder that goes at the end';

/** Others, and why they may. */
const OTHERS: Readonly<Record<string, string>> = {
  'src/cli/apart.ts': 'what an ended thread has begun is taken away',
  'src/microbench/trees.ts':
    "modules of commits that are built to be timed, in the caller's folder",
  'src/report/rasterize.ts': 'pictures for a browser, in a folder of their own that goes at once',
  'src/report/scratch.ts': 'a folder of its own, which goes with the work in it',
  'src/sweep/store.ts':
    "a job's folder, for its failure and its description, which are replaced as wholes",
  'src/recorder/debian.ts': "apt's lists and packages, which apt looks at itself",
  'src/recorder/disks.ts': SCRATCH,
  'src/recorder/guest-files.ts': SCRATCH,
  'src/recorder/lab.ts':
    'a kernel with its modules: begun again until its mark is there, the last that is written',
  'src/recorder/machine.ts': SCRATCH,
  'src/recorder/mark.ts': 'the marks of a lab, each as a whole',
  'src/recorder/record.ts':
    'programs, begun again until their mark is there; all else goes at the end',
  'src/recorder/workload.ts': SCRATCH,
};

/** Calls that change a file system. */
const WRITES =
  /\b(?:(?:writeFile|appendFile|mkdtemp|mkdir|rename|copyFile|cp|symlink|link|unlink|rm|rmdir|truncate|write|writev)Sync|createWriteStream|fs\/promises)\b/;

it('files are written by OutputFolder alone', () => {
  const found = SOURCES.filter((file) => WRITES.test(codeOf(file)));
  const known = [...OWN, ...Object.keys(OTHERS)];
  expect(found.filter((file) => !known.includes(file))).toEqual([]);
  expect(known.filter((file) => !found.includes(file))).toEqual([]);
});

it('tests have their folders from test/support/folder.ts, which takes them away', () => {
  const found = filesIn('test').filter((file) => /mkdtempSync\(/.test(codeOf(file)));
  expect(found.toSorted()).toEqual([
    // fuzzers run without vitest, pages in a browser too: they take theirs away themselves
    'test/fuzz/exports.ts',
    'test/fuzz/parts.ts',
    'test/fuzz/reading.ts',
    'test/support/browser.ts',
    'test/support/folder.ts',
    'test/support/package.ts',
  ]);
});
