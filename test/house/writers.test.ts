// Whoever writes a file does it through OutputFolder, which looks at the place before the work and shows all files or none.
import { expect, it } from 'vitest';
import { SOURCES, codeOf } from './tree.ts';

/** The ways of OutputFolder itself. */
const OWN: readonly string[] = [
  'src/report/exchange.ts',
  'src/report/leftovers.ts',
  'src/report/output.ts',
  'src/report/replace.ts',
  'src/report/spool.ts',
];

/** Came in beside this rule: what they leave when they are killed, or the disk is full, has not been tried. */
const NOT_YET = 'does not go through OutputFolder yet';

/** Others, and why they may. */
const OTHERS: Readonly<Record<string, string>> = {
  'src/cli/apart.ts': 'what an ended thread has begun is taken away',
  'src/cli/rasterize.ts': 'pictures for a browser, in a folder of their own that goes at once',
  'src/sweep/store.ts':
    "a job's folder, for its failure and its description, which are replaced as wholes",
  'src/recorder/debian.ts': NOT_YET,
  'src/recorder/disks.ts': NOT_YET,
  'src/recorder/lab.ts': NOT_YET,
  'src/recorder/machine.ts': NOT_YET,
  'src/recorder/record.ts': NOT_YET,
  'src/recorder/workload.ts': NOT_YET,
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
