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

/** Adding a command is adding its file and its line here. */
const COMMANDS: readonly (() => Command)[] = [
  replayCommand,
  systemsCommand,
  verifyCommand,
  pagesCommand,
  scenarioCommand,
];

const program = new Command('guestmem')
  .description('Emulates the memory of virtual machines, page frame by page frame')
  .version(version());
for (const make of COMMANDS) program.addCommand(make());
for (const command of [program, ...program.commands]) command.exitOverride();

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error, (line) => process.stderr.write(`${line}\n`));
}
