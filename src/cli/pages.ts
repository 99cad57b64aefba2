// guestmem pages: a recording's request stream under other placements.

import { Command } from 'commander';
import { FRAMES_PER_MIB, FRAME_BYTES, MS_PER_S, THP_ORDER } from '../abi/unit.ts';
import type { MapReel } from '../map/index.ts';
import {
  PAGES_DEFAULTS,
  PAGE_POLICIES,
  type PagesOptions,
  type PagesResult,
  type PagesSample,
  type PolicyResult,
  openCapture,
  replayPages,
} from '../recording/index.ts';
import { alignRows, formatBytes, formatCount } from '../report/index.ts';
import { tellPace, telling } from './apart.ts';
import { named, wholeNumber } from './argument.ts';
import { UsageError } from './fault.ts';
import { madeNow } from './made.ts';
import { printMap } from './map-text.ts';
import { print } from './terminal.ts';

/** Share of free memory in blocks smaller than 2 MiB. */
const UNUSABLE_2MIB = `unusable ${THP_ORDER}`;

interface PagesFlags {
  readonly policy?: string;
  readonly json?: boolean;
  readonly map?: boolean;
  readonly shell?: string;
  readonly minPages?: string;
  readonly samples?: string;
  readonly czoneBlock?: string;
}

const BLOCKS_MIB: readonly number[] = [2, 4, 8, 16, 32, 64, 128];
/** Lines of the series that the text shows for each policy; the JSON has all. */
const SERIES_LINES = 8;

function blockFramesOf(text: string | undefined): number {
  if (text === undefined) return PAGES_DEFAULTS.blockFrames;
  const mib = BLOCKS_MIB.find((size) => String(size) === text);
  if (mib === undefined) {
    const sizes = BLOCKS_MIB.join(', ');
    throw new UsageError(
      `--czone-block: expected one of ${sizes} (MiB), found ${JSON.stringify(text)}`,
    );
  }
  return mib * FRAMES_PER_MIB;
}

function optionsOf(flags: PagesFlags): PagesOptions {
  const { policy, shell, minPages, samples, czoneBlock } = flags;
  const defaults = PAGES_DEFAULTS;
  return {
    ...defaults,
    policies: named('--policy', policy, PAGE_POLICIES, { one: 'policy', many: 'policies' }),
    ...(shell === undefined ? {} : { shellPid: wholeNumber('--shell', shell, 1) }),
    minPages: minPages === undefined ? defaults.minPages : wholeNumber('--min-pages', minPages, 1),
    samples: samples === undefined ? defaults.samples : wholeNumber('--samples', samples, 1),
    blockFrames: blockFramesOf(czoneBlock),
  };
}

function bytes(frames: number): string {
  return formatBytes(frames * FRAME_BYTES);
}

/** Memory that stays in the mean when every wholly free 2 MiB block is given back. */
function meanKept(series: readonly PagesSample[]): number {
  return series.reduce((sum, sample) => sum + sample.keptFrames2MiB, 0) / series.length;
}

function endTable(policies: readonly PolicyResult[]): string {
  const header = [
    'at the end',
    'free',
    'unusable 4',
    UNUSABLE_2MIB,
    'free 2 MiB',
    'free 128 MiB',
    'mixed',
    'kept',
    'kept, mean',
    'CZones, peak',
  ];
  const rows = policies.map(({ name, end, series, peakCzoneFrames }) => [
    name,
    bytes(end.freeFrames),
    (end.unusable[4] ?? 0).toFixed(3),
    (end.unusable[THP_ORDER] ?? 0).toFixed(3),
    formatCount(end.freeBlocks2MiB),
    formatCount(end.freeBlocks128MiB),
    formatCount(end.mixedBlocks),
    bytes(end.keptFrames2MiB),
    bytes(meanKept(series)),
    bytes(peakCzoneFrames),
  ]);
  return alignRows([header, ...rows]);
}

function exitTable(policies: readonly PolicyResult[]): string {
  const header = [
    'at exits',
    'private',
    '2 MiB used',
    'free',
    'to migrate',
    'unmovable',
    'old',
    '128 MiB used',
    'free',
    'to migrate',
    'unmovable',
    'old',
  ];
  const rows = policies.map(({ name, exitTotals }) => [
    name,
    formatCount(exitTotals.privateFrames),
    ...[exitTotals.blocks2MiB, exitTotals.blocks128MiB].flatMap((left) => [
      formatCount(left.used),
      formatCount(left.free),
      formatCount(left.migrateFrames),
      formatCount(left.unmovableFrames),
      formatCount(left.sinceStartFrames),
    ]),
  ]);
  return alignRows([header, ...rows]);
}

function seriesTable({ name, series }: PolicyResult): string {
  const step = Math.max(1, Math.ceil(series.length / SERIES_LINES));
  const header = [name, 'memory', 'free', UNUSABLE_2MIB, 'free 2 MiB', 'mixed', 'kept', 'CZones'];
  const shown = series.filter((_, i) => (series.length - 1 - i) % step === 0);
  const rows = shown.map((sample) => [
    `${(sample.atMs / MS_PER_S).toFixed(1)} s`,
    bytes(sample.memoryFrames),
    bytes(sample.freeFrames),
    (sample.unusable[THP_ORDER] ?? 0).toFixed(3),
    formatCount(sample.freeBlocks2MiB),
    formatCount(sample.mixedBlocks),
    bytes(sample.keptFrames2MiB),
    formatCount(sample.czones),
  ]);
  return alignRows([header, ...rows]);
}

function replayTable(policies: readonly PolicyResult[]): string {
  const header = [
    'replay',
    'requests',
    'recorded frame',
    'forced',
    'failed',
    'moved',
    'frees unknown',
  ];
  const rows = policies.map((policy) => [
    policy.name,
    formatCount(policy.requests),
    formatCount(policy.sameFrame),
    formatCount(policy.forced),
    formatCount(policy.failed),
    formatCount(policy.migratedPages),
    formatCount(policy.unknownFrees),
  ]);
  return alignRows([header, ...rows]);
}

/** What was found, as plain text. docs/pages.md explains the columns. */
export function pagesText(result: PagesResult): string {
  const { recording, rule, containers, policies } = result;
  const gone = containers.filter(({ exitMs }) => exitMs !== undefined).length;
  const heading =
    `${recording.name}: ${formatCount(recording.events)} events in ` +
    `${(recording.spanMs / MS_PER_S).toFixed(1)} s, ` +
    `${containers.length} containers (${gone} exited) below shell ${rule.shellPid}, ` +
    `CZone blocks of ${bytes(rule.czoneBlockFrames)}`;
  const parts = [
    heading,
    endTable(policies),
    exitTable(policies),
    ...policies.map(seriesTable),
    replayTable(policies),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** Policies one after the other, each over all commands. */
function progressOf({ policies }: PagesOptions): PagesOptions['onProgress'] {
  const names = policies.map(({ name }) => name);
  return (policy, done, total) => {
    const before = Math.max(0, names.indexOf(policy)) * total;
    tellPace({ done: before + done, total: names.length * total, what: 'commands' });
  };
}

async function run(folder: string, flags: PagesFlags): Promise<void> {
  const asked = optionsOf(flags);
  const reels: MapReel[] = [];
  const isDrawn = flags.map === true && flags.json !== true;
  const onMaps = (reel: MapReel): void => void reels.push(reel);
  const options = { ...asked, ...(isDrawn && { onMaps }), onProgress: progressOf(asked) };
  const result = replayPages(await openCapture(folder, telling('bytes')), options);
  print(
    flags.json === true
      ? `${JSON.stringify({ ...result, made: madeNow() }, null, 2)}\n`
      : pagesText(result),
  );
  for (const reel of reels) printMap(reel);
}

export function pagesCommand(): Command {
  const names = PAGE_POLICIES.map(({ name }) => name).join(', ');
  return new Command('pages')
    .argument('<capture>', 'folder of a recording')
    .option('--policy <names>', `policies, comma between: ${names} (default: all)`)
    .option('--shell <pid>', "the workload's shell, parent of the containers (default: found)")
    .option('--min-pages <n>', 'private pages that make a tree a container (default: 256)')
    .option('--samples <n>', 'moments at which the guest is looked at (default: 50)')
    .option('--czone-block <MiB>', 'size of a block of a CZone (default: 2)')
    .option('--map', "draw each policy's memory as it is at the end")
    .option('--json', 'print the result as JSON, and nothing else, on stdout')
    .action(run);
}
