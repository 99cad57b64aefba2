import { expect, it } from 'vitest';
import { GLOSSARY, glossaryHtml, term, termOr } from '../../../../src/report/page/glossary.ts';
import { FOOTPRINT_CAUSES } from '../../../../src/report/results.ts';

it('a word says its meaning on hover and leads to the list', () => {
  const [, anchor] = /href="#([^"]+)"/.exec(term('GiB·s'))!;
  expect(glossaryHtml()).toContain(`id="${anchor}"`);
  expect(term('p99')).toContain(`title="${GLOSSARY.p99}"`);
  expect(termOr('<no word>')).toBe('&lt;no word&gt;');
});

it('each cause of memory is explained', () => {
  for (const cause of FOOTPRINT_CAUSES) expect(GLOSSARY).toHaveProperty(cause);
});
