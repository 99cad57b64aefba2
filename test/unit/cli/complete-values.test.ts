import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { benchCommand } from '../../../src/cli/bench.ts';
import { VALUES } from '../../../src/cli/complete-values.ts';
import { completionCommand } from '../../../src/cli/completion.ts';
import { pagesCommand } from '../../../src/cli/pages.ts';
import { replayCommand } from '../../../src/cli/replay.ts';
import { scenarioCommand } from '../../../src/cli/scenario.ts';
import { traceCommand } from '../../../src/cli/trace.ts';

const COMMANDS: readonly Command[] = [
  benchCommand(),
  completionCommand(),
  pagesCommand(),
  replayCommand(),
  scenarioCommand(),
  traceCommand(),
];

function at(names: readonly string[]): Command | undefined {
  const [first, ...inner] = names;
  const found = COMMANDS.find((command) => command.name() === first);
  return inner.reduce<Command | undefined>(
    (command, name) => command?.commands.find((one) => one.name() === name),
    found,
  );
}

describe('values that completion knows', () => {
  it.each(Object.keys(VALUES))('of %s are of what there is, and no empty list', async (key) => {
    const names = key.split(' ').filter((word) => !word.startsWith('--'));
    const option = key.split(' ').find((word) => word.startsWith('--'));
    const command = at(names);
    expect(command).toBeDefined();
    if (option === undefined) expect(command?.registeredArguments).toHaveLength(1);
    else expect(command?.options.map(({ long }) => long)).toContain(option);
    const words = await VALUES[key]?.words();
    expect(words?.length).toBeGreaterThan(1);
    for (const { word } of words ?? []) expect(word).toMatch(/^[\w-]+$/);
  });
});
