/**
 * Each command of docs/questions.md prints what the page says. GUESTMEM_ACCEPT=1 writes the outputs into the page: to be read
 * before they are committed.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SCENARIOS, scenarioTable } from '../../src/scenario/index.ts';

const PAGE = join(import.meta.dirname, '../../docs/questions.md');
const BLOCK = /```sh\nguestmem scenario ([a-z-]+)\n```\n\n```text\n([^`]*)```/g;

async function outputOf(name: string): Promise<string> {
  const scenario = SCENARIOS.find((one) => one.name === name);
  if (scenario === undefined) throw new Error(`docs/questions.md: no scenario ${name}`);
  return scenarioTable(await scenario.run());
}

if (process.env['GUESTMEM_ACCEPT'] === '1') {
  let text = readFileSync(PAGE, 'utf8');
  for (const [block, name = ''] of text.matchAll(BLOCK)) {
    const output = await outputOf(name);
    text = text.replace(
      block,
      () => `\`\`\`sh\nguestmem scenario ${name}\n\`\`\`\n\n\`\`\`text\n${output}\`\`\``,
    );
  }
  writeFileSync(PAGE, text);
}

const blocks = [...readFileSync(PAGE, 'utf8').matchAll(BLOCK)];

describe('docs/questions.md', () => {
  it('answers each question that a scenario asks, in its place', () => {
    const headings = [...readFileSync(PAGE, 'utf8').matchAll(/^## (\d+)\. (.*)$/gm)];
    const asked = SCENARIOS.flatMap(({ name, sentence }) => {
      const number = /^Question (\d+):/.exec(sentence)?.[1];
      return number === undefined ? [] : [[Number(number), name] as const];
    });
    expect(headings.map((match, at) => [Number(match[1]), blocks[at]?.[1]])).toEqual(
      asked.toSorted(([a], [b]) => a - b),
    );
  });

  it.each(blocks.map((match) => [match[1] as string, match[2] as string]))(
    'guestmem scenario %s prints what the page says',
    async (name, text) => {
      expect(await outputOf(name)).toBe(text);
    },
  );
});
