// guestmem bench: what mechanisms of an allocator and its devices cost, and how policies of one's own change them.

import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { Command } from 'commander';
import { NS_PER_US } from '../abi/unit.ts';
import {
  BENCH_FRAMES_LEAST,
  BENCH_FRAMES_MOST,
  type BenchRecord,
  type BenchResult,
  MICROBENCHES,
  type Microbench,
  runMicrobenches,
  useCore,
} from '../microbench/index.ts';
import { choiceOf } from '../check/index.ts';
import { alignRows, formatCount } from '../report/index.ts';
import { telling } from './apart.ts';
import { frames, wholeNumber } from './argument.ts';
import { compared } from './bench-compare.ts';
import { countsText } from './bench-records.ts';
import { UsageError } from './fault.ts';
import { madeNow } from './made.ts';
import { asOwn, policiesOf } from './own-policy.ts';
import { print } from './terminal.ts';

interface BenchFlags {
  readonly filter?: string;
  readonly guest: string;
  readonly policy?: string;
  readonly core?: string;
  readonly runs: string;
  readonly json?: boolean;
}

const RUNS_MOST = 1000;

/** CPU time of this process. */
function cpuNs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) * NS_PER_US;
}

/** From now on guests are made on this core: one that `guestmem build-core` has made. */
function useOwnCore(file: string): void {
  try {
    useCore('release', new Uint8Array(readFileSync(file)));
  } catch (error) {
    const said = error instanceof Error ? (error.message.split('\n')[0] as string) : String(error);
    throw new UsageError(`--core: expected a file that guestmem build-core has made: ${said}`);
  }
}

function chosen(filter: string | undefined): readonly Microbench[] {
  const names = MICROBENCHES.map(({ name }) => name);
  const parts = filter?.split(',').map((part) => part.trim());
  if (parts === undefined) return MICROBENCHES;
  const found = MICROBENCHES.filter(({ name }) => parts.some((part) => name.startsWith(part)));
  const unknown = parts.find((part) => !names.some((name) => name.startsWith(part)));
  if (unknown === undefined) return found;
  throw new UsageError(
    `--filter: expected begins of ${choiceOf(names, unknown)}, found ${unknown}`,
  );
}

function tableOf(benches: readonly BenchResult[]): string {
  const rows = benches.map((one) => [
    one.name,
    formatCount(Math.round(one.nsPerOperation)),
    `${formatCount(Math.round(one.lowestNs))}-${formatCount(Math.round(one.highestNs))}`,
    one.operation,
    formatCount(one.operations),
    one.hash,
    countsText(one),
  ]);
  const head = ['bench', 'ns', 'lowest-highest', 'a', 'operations', 'hash', ''];
  return `${alignRows([head, ...rows])}\n`;
}

/** How large the guests are, and how often each bench runs. */
function amountsOf({ guest, runs }: BenchFlags): { guestFrames: number; runs: number } {
  const guestFrames = frames('--guest', guest);
  if (guestFrames >= BENCH_FRAMES_LEAST && guestFrames <= BENCH_FRAMES_MOST) {
    return { guestFrames, runs: wholeNumber('--runs', runs, 1, RUNS_MOST) };
  }
  throw new UsageError(`--guest: expected 256MiB to 64GiB, found ${guest}`);
}

async function run(flags: BenchFlags): Promise<void> {
  const { guestFrames, runs } = amountsOf(flags);
  const policies = flags.policy === undefined ? {} : await policiesOf(flags.policy);
  if (flags.core !== undefined) useOwnCore(flags.core);
  const setting = { ...policies, frames: guestFrames };
  const asked = chosen(flags.filter);
  const told = telling('runs');
  told(0, runs * asked.length);
  const benches = await asOwn(flags.policy, () =>
    runMicrobenches(asked, setting, runs, cpuNs, told),
  );
  const { command, versions } = madeNow();
  const record: BenchRecord = {
    schema: 1,
    command,
    versions: { ...versions, runtime: process.version },
    guestFrames,
    policy: flags.policy,
    core: flags.core,
    cpu: cpus()[0]?.model ?? '',
    benches,
  };
  print(flags.json === true ? `${JSON.stringify(record, null, 2)}\n` : tableOf(benches));
}

const COMPARE_HELP = `
A and B: both files that \`guestmem bench --json\` has printed; or each a commit, branch or tag of this
checkout, which is built in a folder that goes, or a folder with a built guestmem in it.
Options of bench (--filter, --guest, --policy, --runs, --json) count for both.
`;

function listText(): string {
  const width = Math.max(...MICROBENCHES.map(({ name }) => name.length));
  return MICROBENCHES.map(({ name, sentence }) => `  ${name.padEnd(width)}  ${sentence}\n`).join(
    '',
  );
}

export function benchCommand(): Command {
  const command = new Command('bench')
    .option('--filter <names>', 'benches whose names begin so, commas between')
    .option('--guest <size>', 'memory of the guest', '1GiB')
    .option('--policy <file>', 'a module that exports growth, placement or keepAlive')
    .option('--core <file>', 'a core of your own, by `guestmem build-core`')
    .option('--runs <n>', 'runs of each, of which the median is told', '5')
    .option('--json', 'print a record for `bench compare`')
    .addHelpText('after', `\nBenches:\n${listText()}\nDocumentation: docs/benchmarks.md`)
    .action(run);
  command
    .command('compare <a> <b>')
    .description('Two records beside each other; or two commits, or built folders, timed in turns')
    .addHelpText('after', COMPARE_HELP)
    .action(async (a: string, b: string, _: unknown, own: Command) => {
      const flags = own.optsWithGlobals<BenchFlags>();
      const { guestFrames, runs } = amountsOf(flags);
      print(await compared([a, b], { ...flags, guestFrames, turns: runs }));
    });
  return command;
}
