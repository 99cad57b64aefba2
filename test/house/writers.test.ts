// Whoever writes a file does it through OutputFolder, which looks at the place before the work and shows all files or none.
import { expect, it } from 'vitest';
import { SOURCES, codeOf } from './tree.ts';

/** The ways of OutputFolder itself. */
const OWN: readonly string[] = [
  'src/report/exchange.ts',
  'src/report/leftovers.ts',
  'src/report/output.ts',
  'src/report/spool.ts',
];

/** Calls that change a file system. */
const WRITES =
  /\b(?:(?:writeFile|appendFile|mkdtemp|mkdir|rename|copyFile|cp|symlink|link|unlink|rm|rmdir|truncate|write|writev)Sync|createWriteStream|fs\/promises)\b/;

it('files are written by OutputFolder alone', () => {
  const found = SOURCES.filter((file) => WRITES.test(codeOf(file)));
  expect(found.filter((file) => !OWN.includes(file))).toEqual([]);
  expect(OWN.filter((file) => !found.includes(file))).toEqual([]);
});
