import { expect, it } from 'vitest';
import { csvText } from '../../../../src/report/live/file.ts';

it('writes numbers in full and quotes what needs it', () => {
  const rows = [[{ value: 'a,"b"' }, { value: 1.23456, unit: 'ms' as const }]];
  expect(csvText({ columns: ['name', 'time'], rows })).toBe('name,time\r\n"a,""b""",1.23456\r\n');
});
