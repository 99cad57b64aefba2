import { expect, it } from 'vitest';
import { functionData, functionSection } from '../../../../src/report/page/functions.ts';
import { results, system } from '../../../support/report.ts';

it('has the functions of all systems in the order of the trace, 0 where a system had none of it', () => {
  const [one, other] = [system('one'), system('other')];
  other.functions = [{ ...other.functions[0]!, id: 1, name: 'early' }];
  const data = functionData(results(one, other));
  expect(data.names).toEqual(['early', 'only']);
  expect(data.systems['one']![0]).toEqual([0, 100_000]);
  expect(functionSection(data)).toContain('one: its functions');
});

it('shows what cannot be seen of a name by its number, in the still table and in the live one', () => {
  const one = system('one');
  one.functions = [{ ...one.functions[0]!, name: '\u001b[31mab\u202ecd\u0000' }];
  const data = functionData(results(one));
  expect(data.names).toEqual(['\\u{1b}[31mab\\u{202e}cd\\u{0}']);
  expect(functionSection(data)).toContain('\\u{1b}[31mab\\u{202e}cd\\u{0}');
});
