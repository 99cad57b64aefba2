// guestmem record: a real kernel runs a workload, and what its allocator did is kept.

import { homedir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { KIB, MS_PER_MINUTE } from '../abi/unit.ts';
import { RECORD_DEFAULTS, type RecordOptions, RECORDING_FILES, record } from '../recorder/index.ts';
import { type Capture, openCapture, profileFileOf, verifyCapture } from '../recording/index.ts';
import { startWall } from '../replay/index.ts';
import { OutputFolder, keptFolder, withScratch } from '../report/node.ts';
import { leaves, tellPace, telling, writesInto } from './apart.ts';
import { duration, mebibytes, plan, wholeNumber } from './argument.ts';
import { EXIT_FAILURE, UsageError } from './fault.ts';
import { profileText } from './profile.ts';
import { complain, print } from './terminal.ts';
import { verdictText } from './verify.ts';

interface RecordFlags {
  readonly workload: string;
  readonly memory: string;
  readonly cpus: string;
  readonly kernel: string;
  readonly balloon?: string;
  readonly virtioMem?: string;
  readonly thp?: boolean;
  readonly packages?: string;
  readonly buffer: string;
  readonly timeout: string;
  readonly lab?: string;
  readonly out: string;
  readonly force?: boolean;
}

/** Of a workload's calls. */
const UNSAID = 'of how many its run.sh does not say (expect N)';

/** Where kernels and programs are kept between recordings. */
function labFolder({ lab }: RecordFlags): string {
  const cache = process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache');
  if (lab === '') throw new UsageError('--lab: expected a folder, found ""');
  return path.resolve(lab ?? path.join(cache, 'guestmem'));
}

function optionsOf(flags: RecordFlags): Omit<RecordOptions, 'scratch'> {
  return {
    workload: flags.workload,
    memoryMib: mebibytes('--memory', flags.memory),
    cpus: wholeNumber('--cpus', flags.cpus, 1, 64),
    kernel: flags.kernel,
    balloon: plan('--balloon', flags.balloon),
    virtioMem: plan('--virtio-mem', flags.virtioMem),
    hasThp: flags.thp === true,
    packages: flags.packages?.split(',') ?? [],
    bufferKib: mebibytes('--buffer', flags.buffer) * KIB,
    timeoutMs: duration('--timeout', flags.timeout),
    startClock: startWall,
    labFolder: labFolder(flags),
    left: leaves,
    onPace: ({ done, total, what }) =>
      tellPace(total > 0 ? { done, total, what } : { why: `${done} ${what}, ${UNSAID}` }),
  };
}

/** A step that takes seconds or minutes, as it begins: until it says how far it is, nobody knows. */
function tell(step: string): void {
  tellPace({ why: step });
  complain(`guestmem record: ${step}`);
}

/** Guided and free-running, as `guestmem verify` prints them; whether both are exact. */
function verify(capture: Capture): boolean {
  let isExact = true;
  for (const mode of ['guided', 'free-running'] as const) {
    const verdict = verifyCapture(capture, mode, {
      clock: startWall(),
      onProgress: telling('commands'),
    });
    print(verdictText(verdict));
    isExact &&= verdict.isExact;
  }
  return isExact;
}

async function run(flags: RecordFlags): Promise<void> {
  const options = optionsOf(flags);
  const output = new OutputFolder(flags.out, RECORDING_FILES, {
    isForced: flags.force,
    ...writesInto(flags.out),
  });
  try {
    keptFolder(options.labFolder);
    const { files, workload } = await withScratch(
      'record',
      (scratch) => record({ ...options, scratch }, tell),
      (scratch) => leaves({ scratch }),
    );
    const content = [...files].map(([name, bytes]) => ({ name, content: bytes }));
    output.write(content);
    print(`wrote ${flags.out}: ${files.size} files\n`);
    const capture = await openCapture(flags.out, telling('bytes'));
    const isExact = verify(capture);
    if (workload.isFunction) print(profileText(profileFileOf(capture)));
    if (!isExact) process.exitCode = EXIT_FAILURE;
  } finally {
    output.close();
  }
}

export function recordCommand(): Command {
  const { memoryMib, cpus, kernel, bufferKib, timeoutMs } = RECORD_DEFAULTS;
  return new Command('record')
    .requiredOption('--workload <path>', 'a folder with run.sh in it, or a function: .py, .mjs, .c')
    .requiredOption('--out <folder>', 'where the recording goes')
    .option('--memory <size>', 'of the guest', `${memoryMib}M`)
    .option('--cpus <n>', 'virtual CPUs', `${cpus}`)
    .option('--kernel <package>', 'of Debian 12 and its security archive', kernel)
    .option('--balloon <plan>', 'sizes of the guest over time, such as 5s:512M,12s:768M')
    .option('--virtio-mem <plan>', 'memory plugged over time, such as 5s:256M,20s:0M')
    .option('--thp', 'transparent huge pages for all memory')
    .option('--packages <names>', "Debian packages that the workload needs besides its language's")
    .option('--buffer <size>', 'room for events in the guest, for each CPU', `${bufferKib / KIB}M`)
    .option('--timeout <time>', 'ends a guest that does not end', `${timeoutMs / MS_PER_MINUTE}m`)
    .option('--lab <folder>', 'keeps kernels and programs between recordings (~/.cache/guestmem)')
    .option('--force', 'replace files in that folder which guestmem did not write')
    .action(run);
}
