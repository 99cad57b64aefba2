import { expect, it } from 'vitest';
import { runSection } from '../../../../src/report/page/run.ts';
import { results } from '../../../support/report.ts';

it('says what was played, with what, and what of it is drawn', () => {
  const record = results();
  record.trace.isDrawn = true;
  record.configuration = {
    warmupMinutes: 5,
    machine: { cpusPerVm: 4 },
    systems: ['not here'],
    seeds: undefined,
  };
  record.made = {
    command: ['guestmem', 'replay', "it's here"],
    versions: { guestmem: '1.2.3', abi: 1, core: 'c0ffee' },
  };
  const html = runSection(record, { sentences: { 'mcpv-czone': 'Zones.' } });
  expect(html).toContain('are drawn, from the seed');
  expect(html).toContain(String.raw`guestmem replay 'it'\''s here'`);
  expect(html).toContain('<dt>Warmup minutes</dt><dd>5</dd>');
  expect(html).toContain('cpusPerVm 4');
  expect(html).toContain('guestmem 1.2.3, core c0ffee');
  expect(html).toContain('Zones.');
  expect(html).not.toContain('not here');
  expect(html).not.toContain('undefined');
});

it('shows no shares of functions that are like measured ones, and all of those that are made of shares', () => {
  const shares = { fileShare: 0.3, residentShare: 0.9, growthShare: 0.19 };
  const shown = (model: string): string =>
    runSection({ ...results(), configuration: { functions: { model, ...shares } } }, {});
  expect(shown('measured')).toContain(
    '<dd>each like a measured one, with shares of its own; residentShare 0.9</dd>',
  );
  expect(shown('parametric')).toContain('fileShare 0.3, residentShare 0.9, growthShare 0.19');
});
