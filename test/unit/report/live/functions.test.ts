import { expect, it } from 'vitest';
import { functionTable } from '../../../../src/report/live/functions.ts';

const DATA = {
  names: ['hello', 'Image', 'help'],
  columns: [{ head: 'calls', unit: 'count' as const }],
  systems: { a: [[1, 3, 2]] },
};

it('has the functions whose name has the letters, most calls first', () => {
  const found = (letters: string): unknown[] =>
    functionTable(DATA, 'a', letters).rows.map(([name]) => name!.value);
  expect(found('')).toEqual(['Image', 'help', 'hello']);
  expect(found(' HEL ')).toEqual(['help', 'hello']);
  expect(functionTable(DATA, 'a', '').columns).toEqual(['function', 'calls']);
});
