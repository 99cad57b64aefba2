// guestmem scenario: a published measurement or a single mechanism, set up again.

import { Command } from 'commander';
import {
  EXIT_DEFAULTS,
  EXIT_ORDERS,
  SCENARIOS,
  type Scenario,
  type ScenarioOptions,
  scenarioTable,
} from '../scenario/index.ts';
import { telling } from './apart.ts';
import { choice, wholeNumber } from './argument.ts';
import { UsageError } from './fault.ts';
import { print } from './terminal.ts';

interface ScenarioFlags {
  readonly json?: boolean;
  readonly containers?: string;
  readonly order?: string;
  readonly mib?: string;
  readonly seed?: string;
}

/** What a scenario holds in all at most: its guest has to have room beside it in one core's tables. */
const TOTAL_MIB_MAX = 131_072;
const CONTAINERS_MAX = 2048;
/** Of one VM of many. */
const VM_MIB_MAX = 2048;

function find(name: string): Scenario {
  const names = SCENARIOS.map((scenario) => scenario.name);
  return SCENARIOS[names.indexOf(choice('scenario', name, names))] as Scenario;
}

function most(option: string, value: number, limit: number, unit: string): number {
  if (value <= limit) return value;
  throw new UsageError(`${option}: expected at most ${limit}${unit}, found ${value}`);
}

/** The options given, checked, none that the scenario does not take. */
function optionsOf(scenario: Scenario, flags: ScenarioFlags): Partial<ScenarioOptions> {
  const { containers, order, mib, seed } = flags;
  for (const name of ['containers', 'order', 'mib', 'seed'] as const) {
    if (flags[name] === undefined || scenario.takes?.includes(name) === true) continue;
    throw new UsageError(`--${name}: scenario ${scenario.name} does not take it`);
  }
  const options = {
    ...(containers !== undefined && {
      containers: most(
        '--containers',
        wholeNumber('--containers', containers, 1),
        CONTAINERS_MAX,
        '',
      ),
    }),
    ...(order !== undefined && { order: choice('--order', order, EXIT_ORDERS) }),
    ...(mib !== undefined && { mib: wholeNumber('--mib', mib, 1) }),
    ...(seed !== undefined && { seed: wholeNumber('--seed', seed, 0) }),
  };
  const all = { ...EXIT_DEFAULTS, ...options };
  if (scenario.hasManyGuests === true) most('--mib', all.mib, VM_MIB_MAX, ' MiB');
  else most('--containers times --mib', all.containers * all.mib, TOTAL_MIB_MAX, ' MiB');
  return options;
}

function listText(): string {
  const width = Math.max(...SCENARIOS.map(({ name }) => name.length));
  return SCENARIOS.map(({ name, sentence }) => `${name.padEnd(width)}  ${sentence}\n`).join('');
}

async function run(name: string | undefined, flags: ScenarioFlags): Promise<void> {
  if (name === undefined) {
    print(listText());
    return;
  }
  const scenario = find(name);
  const rows = await scenario.run(optionsOf(scenario, flags), telling('runs'));
  print(flags.json === true ? `${JSON.stringify(rows, null, 2)}\n` : scenarioTable(rows));
}

export function scenarioCommand(): Command {
  return new Command('scenario')
    .argument('[name]', 'scenario to run')
    .option('--json', 'print the rows as JSON, and nothing else, on stdout')
    .option(
      '--containers <n>',
      'czone-*: containers in the VM (default: 8); density: sandboxes (default: 1 to 400); popular: busy instances (default: 60)',
    )
    .option(
      '--order <order>',
      'czone-exit: who exits first, fifo, lifo or random (default: random)',
    )
    .option(
      '--mib <n>',
      'czone-*: memory of a container, about (default: 64); density: of a VM (default: 128); popular: of a container (default: 140)',
    )
    .option('--seed <n>', 'czone-*: seed of sizes and orders, popular: of calls (default: 1)')
    .action(run);
}
