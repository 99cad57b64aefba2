import { expect, it } from 'vitest';
import { traceCommand } from '../../../src/cli/trace.ts';

it('guestmem trace has its commands, each with a sentence and where it writes', () => {
  const { commands } = traceCommand();
  expect(commands.map((command) => command.name())).toEqual(['info', 'convert', 'sample', 'synth']);
  for (const command of commands) {
    expect(command.description()).toMatch(/^[A-Z]/);
    const writes = command.options.some(({ long }) => long === '--out');
    expect(writes).toBe(command.name() !== 'info');
  }
});
