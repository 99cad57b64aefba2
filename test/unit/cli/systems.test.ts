import { expect, it } from 'vitest';

import { systemsJson, systemsText } from '../../../src/cli/systems.ts';
import { GROWTHS, KEEP_ALIVES, PLACEMENTS, SYSTEMS } from '../../../src/replay/index.ts';
import { FORMATS } from '../../../src/report/index.ts';
import { TRACE_FORMATS } from '../../../src/trace/index.ts';

it('lists all that can be named, each once, with its sentence', () => {
  const lines = systemsText().split('\n');
  for (const list of [SYSTEMS, KEEP_ALIVES, PLACEMENTS, GROWTHS, FORMATS, TRACE_FORMATS]) {
    for (const { name, sentence } of list) {
      const found = lines.filter((line) => line.startsWith(`${name} `));
      expect(found.map((line) => line.replace(/^\S+ +/, ''))).toEqual([sentence]);
    }
  }
});

it('names the option that each list is for, and lines the sentences up', () => {
  const text = systemsText();
  for (const option of ['--system', '--keep-alive', '--placement', '--growth', '--format']) {
    expect(text).toContain(`(${option}):\n`);
  }
  const entries = text.split('\n').filter((line) => /^\S+ {2}/.test(line));
  const starts = entries.map((line) => line.length - line.replace(/^\S+ +/, '').length);
  expect(new Set(starts).size).toBe(1);
});

it('says of systems where they are described and what they do not do, in text and in JSON', () => {
  const text = systemsText();
  const lists = JSON.parse(systemsJson()) as Record<string, Record<string, string>[]>;
  expect(lists['systems']).toEqual(
    SYSTEMS.map(({ name, sentence, source, limits }) => ({ name, sentence, source, limits })),
  );
  for (const { source, limits } of SYSTEMS) {
    expect(text).toContain(`  Source: ${source}\n`);
    expect(text).toContain(`  Limits: ${limits}\n`);
  }
  expect(lists['keepAlives']?.[0]).toEqual({
    name: KEEP_ALIVES[0]?.name,
    sentence: KEEP_ALIVES[0]?.sentence,
  });
});
