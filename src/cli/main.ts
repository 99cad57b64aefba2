#!/usr/bin/env node
// The guestmem command: its list of commands, and nothing else.

import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { exitCodeOf } from './fault.ts';
import { pagesCommand } from './pages.ts';
import { replayCommand } from './replay.ts';
import { scenarioCommand } from './scenario.ts';
import { systemsCommand } from './systems.ts';
import { verifyCommand } from './verify.ts';

function version(): string {
  const url = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(url, 'utf8')) as { version: string }).version;
}

const program = new Command('guestmem')
  .description('Emulates the memory of virtual machines, page frame by page frame')
  .version(version());
const commands = [
  replayCommand(),
  systemsCommand(),
  verifyCommand(),
  pagesCommand(),
  scenarioCommand(),
];
for (const command of commands) program.addCommand(command);
for (const command of [program, ...program.commands]) command.exitOverride();

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error, (line) => process.stderr.write(`${line}\n`));
}
