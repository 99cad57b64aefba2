// guestmem verify: a recording of a real kernel through the core, frame by frame.

import { Command } from 'commander';
import { MIB } from '../abi/unit.ts';
import {
  type VerifyRun,
  openCapture,
  recordedSteps,
  ruledText,
  verifyCapture,
  verifyReel,
} from '../recording/index.ts';
import { OutputFolder } from '../report/node.ts';
import { startWall } from '../replay/index.ts';
import { telling, writesInto } from './apart.ts';
import { fileToWrite } from './argument.ts';
import { EXIT_FAILURE } from './fault.ts';
import { madeNow } from './made.ts';
import { printMap } from './map-text.ts';
import { print } from './terminal.ts';
import { expectLiveFlags, liveOutput } from './verify-live.ts';
import { wroteLine } from './wrote.ts';

interface VerifyFlags {
  readonly guided?: boolean;
  readonly freeRunning?: boolean;
  readonly live?: boolean;
  readonly csv?: boolean;
  readonly json?: boolean;
  readonly map?: boolean;
  readonly steps?: string;
  readonly force?: boolean;
}

/** Divergences that the JSON lists in full; the counts cover all. */
const LISTED_DIVERGENCES = 100;
/** Steps of a file that a page shows. */
const STEPS_MOST = 20_000;
/** Maps of a recording's begin and end. */
const ENDS = 2;

function verdictJson(verdict: VerifyRun): string {
  const { result, mode, eventsPerSecond } = verdict;
  const { events, alloc, refill, drain, bulk, freedTwice, finalLists } = result;
  const record = {
    mode,
    events,
    alloc,
    refill,
    drain,
    bulk,
    freedTwice,
    finalLists,
    places: result.places,
    byRule: verdict.byRule,
    ...(verdict.device === undefined ? {} : { device: verdict.device }),
    listDifferences: result.listDifferences,
    divergenceCount: result.divergences.length,
    divergences: result.divergences.slice(0, LISTED_DIVERGENCES),
    eventsPerSecond,
    made: madeNow(),
  };
  return `${JSON.stringify(record, null, 2)}\n`;
}

function scoreLine(name: string, { exact, total }: { exact: number; total: number }): string {
  const share = total === 0 ? '' : `  ${((100 * exact) / total).toFixed(3)} %`;
  return `${name.padEnd(16)}${String(exact).padStart(9)} / ${total}${share}\n`;
}

function deviceLines({ device }: VerifyRun): string {
  if (device === undefined) return '';
  const name = device.kind === 'balloon' ? 'balloon' : 'virtio-mem';
  const pages = device.pages.total === 0 ? '' : scoreLine(`${name} pages`, device.pages);
  return `${pages}${scoreLine(`${name} asks`, device.requests)}`;
}

/** What keeps a run from being exact; a list that drains at another moment is no wrong frame. */
function inexactText({ result }: VerifyRun): string {
  const { divergences, drain, refill, finalLists } = result;
  const parts = [`${divergences.length} wrong frames`];
  const moves = drain.total - drain.exact + refill.total - refill.exact;
  if (moves > 0) parts.push(`${moves} refills or drains other than the kernel's`);
  const places = result.places.total - result.places.exact;
  if (places > 0) parts.push(`${places} places of compaction other than the kernel's`);
  const lists = finalLists.total - finalLists.identical;
  if (lists > 0) parts.push(`${lists} final lists differ`);
  return parts.join(', ');
}

/** A run as text, whole lines. */
export function verdictText(verdict: VerifyRun): string {
  const { result, mode } = verdict;
  const { identical, total } = result.finalLists;
  return (
    `${mode}: ${result.events} events, ${verdict.eventsPerSecond} a second in the core\n` +
    scoreLine('allocations', result.alloc) +
    scoreLine('refills', result.refill) +
    scoreLine('drains', result.drain) +
    scoreLine('final lists', { exact: identical, total }) +
    (result.places.total === 0 ? '' : scoreLine('places', result.places)) +
    deviceLines(verdict) +
    `${result.bulk} pages by the bulk allocator, ${result.freedTwice} frees of blocks believed free\n` +
    ruledText(verdict.byRule) +
    (verdict.explanation ?? '') +
    (verdict.isExact ? 'exact\n' : `not exact: ${inexactText(verdict)}\n`)
  );
}

/** What stands in a file of steps, and in few others. */
const STEPS_MARK = /^\{"schema":\d,"name":"[\w-]+","total":\d+,/;

function modeOf({ freeRunning }: VerifyFlags): 'guided' | 'free-running' {
  return freeRunning === true ? 'free-running' : 'guided';
}

/** A file of steps, whole or not at all; the place is looked at before the recording is read. */
async function writeSteps(path: string, recording: string, flags: VerifyFlags): Promise<void> {
  const { folder, name } = fileToWrite('--steps', path);
  const file = { name, mark: STEPS_MARK, usualBytes: MIB };
  const options = { isForced: flags.force, ...writesInto(folder) };
  const output = new OutputFolder(folder, [file], options);
  try {
    const capture = await openCapture(recording, telling('bytes'));
    const onProgress = telling('commands');
    const steps = recordedSteps(capture, modeOf(flags), STEPS_MOST, { onProgress });
    print(wroteLine(output.write([{ name, content: `${JSON.stringify(steps)}\n` }])));
  } finally {
    output.close();
  }
}

async function run(folder: string, flags: VerifyFlags): Promise<void> {
  expectLiveFlags(flags);
  if (flags.steps !== undefined) return writeSteps(flags.steps, folder, flags);
  const capture = await openCapture(folder, telling('bytes'));
  if (flags.live === true) {
    print(liveOutput(capture, flags));
    return;
  }
  const mode = modeOf(flags);
  const verdict = verifyCapture(capture, mode, {
    clock: startWall(),
    onProgress: telling('commands'),
  });
  print(flags.json === true ? verdictJson(verdict) : verdictText(verdict));
  if (flags.map === true && flags.json !== true)
    printMap(verifyReel(capture, mode, ENDS, { onProgress: telling('commands') }));
  if (!verdict.isExact) process.exitCode = EXIT_FAILURE;
}

export function verifyCommand(): Command {
  return new Command('verify')
    .argument('<capture>', 'folder of a recording')
    .option(
      '--guided',
      'the trace says when lists refill and drain, the core which frames (default)',
    )
    .option('--free-running', 'the core also decides when lists refill and drain, and by how much')
    .option(
      '--live',
      'a guest that decides all but what tasks ask for, beside the kernel over time',
    )
    .option('--csv', 'with --live: print the series as CSV, and nothing else, on stdout')
    .option(
      '--steps <file>',
      `write the first ${STEPS_MOST} steps with the prediction of each, for the playground, and nothing else`,
    )
    .option('--force', 'with --steps: replace a file of that name which guestmem did not write')
    .option('--map', "draw the guest's memory as it is at the end")
    .option('--json', 'print the verdict as JSON, and nothing else, on stdout')
    .action(run);
}
