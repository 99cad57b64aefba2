import { expect, it } from 'vitest';
import { seedsOf } from '../../../src/replay/index.ts';
import { resultsTable } from '../../../src/report/formats/table.ts';
import { parseResults } from '../../../src/report/schema.ts';
import { seedsText } from '../../../src/report/seeds.ts';
import { results, system } from '../../support/report.ts';

it('tells mean and deviation of each system under the table, if there were several seeds', () => {
  const first = results(system('a'));
  const seeds = seedsOf([first, { ...results(system('a', 3)), seed: 7 }]);
  const record = parseResults({ ...first, seeds });
  const text = seedsText(record);
  expect(text).toMatch(/^seeds 1, 7; what is above is of the first$/m);
  expect(text).toMatch(/^a +152 ms ± 107 ms +124 ms ± 87.7 ms/m);
  expect(resultsTable(record).endsWith(text)).toBe(true);
  expect(seedsText(first)).toBe('');
});
