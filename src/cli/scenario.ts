// guestmem scenario: a published measurement or a single mechanism, set up again.

import { Command } from 'commander';
import { SCENARIOS, type Scenario, scenarioTable } from '../scenario/index.ts';
import { UsageError } from './fault.ts';

interface ScenarioFlags {
  readonly json?: boolean;
}

function find(name: string): Scenario {
  const found = SCENARIOS.find((scenario) => scenario.name === name);
  if (found !== undefined) return found;
  const known = SCENARIOS.map((scenario) => scenario.name).join(', ');
  throw new UsageError(`scenario: expected one of ${known}, found "${name}"`);
}

function listText(): string {
  const width = Math.max(...SCENARIOS.map(({ name }) => name.length));
  return SCENARIOS.map(({ name, sentence }) => `${name.padEnd(width)}  ${sentence}\n`).join('');
}

function run(name: string | undefined, flags: ScenarioFlags): void {
  if (name === undefined) {
    process.stdout.write(listText());
    return;
  }
  const rows = find(name).run();
  process.stdout.write(
    flags.json === true ? `${JSON.stringify(rows, null, 2)}\n` : scenarioTable(rows),
  );
}

export function scenarioCommand(): Command {
  return new Command('scenario')
    .description('Run a published measurement again; without a name, list the scenarios')
    .argument('[name]', 'scenario to run')
    .option('--json', 'print the rows as JSON, and nothing else, on stdout')
    .action(run);
}
