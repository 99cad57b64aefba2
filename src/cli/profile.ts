// guestmem profile: what a function's containers did to memory, from a recording of them.

import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import {
  type CallProfile,
  type ProfileFile,
  RecordingError,
  type Spread,
  figuresOf,
  importReportOf,
  jsonLine,
  openCapture,
  parseProfile,
  profileFileOf,
  textOf,
} from '../recording/index.ts';
import { alignRows } from '../report/index.ts';
import { emulateForks, emulateLives } from '../scenario/index.ts';
import { telling } from './apart.ts';
import { emulatedText } from './emulate.ts';
import { processesText } from './import.ts';
import { print } from './terminal.ts';

function spread({ least, median, most }: Spread): string {
  return least === most ? `${median}` : `${median} (${least}-${most})`;
}

function startTable({ cold, warm }: ProfileFile): string {
  const header = ['frames of 4 KiB', 'files on disk', 'files in memory'];
  const rows = (Object.keys(cold) as (keyof ProfileFile['cold'])[]).map((key) => [
    WORDS[key],
    spread(cold[key]),
    spread(warm[key]),
  ]);
  return alignRows([header, ...rows]);
}

/** What the profile's names are in a table. */
const WORDS: Readonly<Record<keyof ProfileFile['cold'], string>> = {
  allocated: 'allocated until ready',
  freed: 'freed by itself',
  anonymous: 'anonymous',
  mappedFile: 'mapped of files',
  peak: 'peak over that',
  pageTables: 'page tables',
  kernel: "kernel's, for it",
  readFile: 'of files, brought in',
};

function callTable({ calls }: ProfileFile): string {
  const header = ['call', 'allocated', 'held', 'touched', 'of files', 'written', 'anonymous after'];
  const rows = calls.map((one) => [
    `${one.call}`,
    spread(one.allocated),
    spread(one.held),
    spread(one.touchedAnonymous),
    spread(one.touchedFile),
    spread(one.written),
    spread(one.anonymous),
  ]);
  return alignRows([header, ...rows]);
}

function forkTable({ fork }: ProfileFile): string {
  if (fork.length === 0) return 'the runtime does not fork';
  const header = ['forked, after call', 'own pages', 'anonymous', 'mapped of files'];
  const rows = fork.map((one) => [one.call, one.copied, one.anonymous, one.mappedFile].map(String));
  return alignRows([header, ...rows]);
}

export function profileText(profile: ProfileFile): string {
  const { name, kernel, containers } = profile;
  return (
    `${name}: ${containers} containers on Linux ${kernel}, median (least-most)\n` +
    [startTable(profile), callTable(profile), forkTable(profile), ''].join('\n')
  );
}

/** A row for each function, medians in frames; of calls, the hundredth. */
export function catalogueText(profiles: readonly ProfileFile[]): string {
  const header = [
    'frames of 4 KiB',
    'files read',
    'anonymous',
    'after 100 calls',
    'a call touches',
    'writes',
    'of files',
    'holds',
    'fork copies',
  ];
  const rows = profiles.map(({ name, cold, warm, calls, fork }) => {
    const call = calls.at(-1);
    const figures = [
      cold.readFile,
      warm.anonymous,
      call?.anonymous,
      call?.touchedAnonymous,
      call?.written,
      call?.touchedFile,
      call?.held,
    ];
    const copied = fork.find((one) => one.call === 1)?.copied;
    return [name, ...figures.map((one) => `${one?.median ?? '-'}`), `${copied ?? '-'}`];
  });
  return `${alignRows([header, ...rows])}\n\n${sharesText(profiles)}\n`;
}

/** What the parametric model says as shares, and the least and most of it here. */
function sharesText(profiles: readonly ProfileFile[]): string {
  const lines = SHARES.map(([name, assumed, shareOf]) => {
    const shares = profiles.flatMap((profile) => {
      const call = profile.calls.at(-1);
      return call === undefined ? [] : (shareOf(profile, call) ?? []);
    });
    const [least, most] = [Math.min(...shares), Math.max(...shares)];
    return [name, `${least.toFixed(2)} to ${most.toFixed(2)}`, assumed];
  });
  return alignRows([['shares after 100 calls', 'measured', 'assumed'], ...lines]);
}

/** Undefined: of a function that does not have it. */
type ShareOf = (profile: ProfileFile, call: CallProfile) => number | undefined;

const SHARES: readonly (readonly [name: string, assumed: string, shareOf: ShareOf])[] = [
  [
    'files, of files and anonymous memory',
    '0.30',
    ({ cold }, { anonymous }) => cold.readFile.median / (cold.readFile.median + anonymous.median),
  ],
  [
    'anonymous memory that a call touches',
    '0.03',
    (_, { touchedAnonymous, anonymous }) => touchedAnonymous.median / anonymous.median,
  ],
  [
    'files that a call touches',
    '0.03',
    ({ cold }, { touchedFile }) => touchedFile.median / cold.readFile.median,
  ],
  [
    'written, of what it touches',
    '0.25',
    (_, { written, touchedAnonymous }) => written.median / touchedAnonymous.median,
  ],
  [
    'held only during a call, of anonymous memory',
    '0.004 of all',
    (_, { held, anonymous }) => held.median / anonymous.median,
  ],
  [
    'anonymous memory that calls brought',
    '0.09',
    ({ warm }, { anonymous }) => 1 - warm.anonymous.median / anonymous.median,
  ],
  [
    'that a hundred calls gave back and took anew',
    '0.00',
    ({ course }, { anonymous, held, call }) => {
      const [start, end] = [course[0], course.at(-1)];
      const freed = (end?.freed.mean ?? 0) - (start?.freed.mean ?? 0) - held.median * call;
      return Math.max(0, freed) / anonymous.median;
    },
  ],
  [
    'resident only while it starts, over anonymous',
    '0.03',
    ({ warm }) => warm.peak.median / warm.anonymous.median,
  ],
  [
    'that a fork writes in its first call, of anonymous',
    '0.15',
    ({ fork }) => {
      const first = fork.find(({ call }) => call === 1);
      return first === undefined ? undefined : first.copied / first.anonymous;
    },
  ],
];

/** The profiles that are kept in a folder, by name: one a function. Throws RecordingError. */
function keptProfiles(folder: string): ProfileFile[] {
  const kept = new Map<string, { readonly file: string; readonly profile: ProfileFile }>();
  for (const file of profileFiles(folder).toSorted()) {
    const text = textOf(file, readFileSync(file));
    const profile = parseProfile(file, text);
    const { name } = profile;
    const other = kept.get(name);
    if (other !== undefined) {
      const expected = `another name than ${name}, as in ${other.file}`;
      throw new RecordingError(file, jsonLine(text, 'name'), expected, name);
    }
    kept.set(name, { file, profile });
  }
  const profiles = [...kept.values()].map(({ profile }) => profile);
  return profiles.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Files by their ending; hidden ones, folders, pipes and links to nowhere of such a name are something else's. */
function profileFiles(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => !name.startsWith('.'));
  const paths = names.map((name) => path.join(folder, name));
  return paths.filter(
    (file) =>
      file.endsWith('.json') && statSync(file, { throwIfNoEntry: false })?.isFile() === true,
  );
}

/** Whether a folder holds profiles and not a recording. */
function isCatalogue(folder: string): boolean {
  const isFolder = statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
  if (!isFolder || existsSync(path.join(folder, 'pagestate.start'))) return false;
  return profileFiles(folder).length > 0;
}

interface ProfileFlags {
  readonly json?: boolean;
  readonly emulate?: boolean;
}

async function run(folder: string, { json, emulate }: ProfileFlags): Promise<void> {
  const imported = importReportOf(folder);
  if (imported !== undefined) {
    if (emulate === true) {
      const file = path.join(folder, 'import.json');
      throw new RecordingError(file, 0, 'a recording of a function', 'page events of programs');
    }
    print(json === true ? `${JSON.stringify(imported, null, 2)}\n` : processesText(imported));
    return;
  }
  const isMany = isCatalogue(folder);
  const told = telling('containers');
  const profiles = isMany
    ? keptProfiles(folder)
    : [profileFileOf(await openCapture(folder, telling('bytes')))];
  const [first] = profiles;
  if (emulate === true) {
    const all = profiles.reduce((sum, { containers }) => sum + containers, 0);
    let lived = 0;
    const onLived = (): void => told((lived += 1), all);
    const lives = profiles.map((profile) => ({
      name: profile.name,
      points: emulateLives(profile, figuresOf(profile), onLived),
      forks: emulateForks(profile, figuresOf(profile)),
    }));
    print(json === true ? `${JSON.stringify(lives, null, 2)}\n` : emulatedText(lives));
  } else if (json === true) print(`${JSON.stringify(isMany ? profiles : first, null, 2)}\n`);
  else print(isMany ? catalogueText(profiles) : profiles.map(profileText).join(''));
}

export function profileCommand(): Command {
  return new Command('profile')
    .argument(
      '<capture>',
      'folder of a recording of a function, or of profiles (recorder/profiles)',
    )
    .option('--json', 'print the profile as JSON, and nothing else, on stdout')
    .option('--emulate', 'live the same containers again in the emulator, beside the recorded ones')
    .action(run);
}
