// A command of the program in this process: what it prints, complains of and ends with.

import type { Command } from 'commander';
import { vi } from 'vitest';
import { exitCodeOf } from '../../src/cli/fault.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export async function ran(command: Command, ...args: readonly string[]): Promise<Ran> {
  const printed: string[] = [];
  const complaints: string[] = [];
  const exitCode = process.exitCode;
  process.exitCode = 0;
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed.push(String(text));
    return true;
  });
  const writeErr = (text: string): void => void complaints.push(text);
  command.exitOverride().configureOutput({ writeErr });
  try {
    await command.parseAsync(args, { from: 'user' });
    return { code: Number(process.exitCode), out: printed.join(''), err: complaints.join('') };
  } catch (error) {
    const code = await exitCodeOf(error, (line) => complaints.push(line));
    return { code, out: printed.join(''), err: complaints.join('') };
  } finally {
    stdout.mockRestore();
    process.exitCode = exitCode;
  }
}
