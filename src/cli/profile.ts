// guestmem profile: what a function's containers did to memory, from a recording of them.

import { Command } from 'commander';
import { type ProfileFile, type Spread, openCapture, profileFileOf } from '../recording/index.ts';
import { alignRows } from '../report/index.ts';
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
  if (fork.length === 0) return 'the runtime does not fork\n';
  const header = ['forked, after call', 'own pages', 'anonymous', 'mapped of files'];
  const rows = fork.map((one) => [one.call, one.copied, one.anonymous, one.mappedFile].map(String));
  return alignRows([header, ...rows]);
}

export function profileText(profile: ProfileFile): string {
  const { name, kernel, containers } = profile;
  return (
    `${name}: ${containers} containers on Linux ${kernel}, median (least-most)\n` +
    [startTable(profile), callTable(profile), forkTable(profile)].join('\n')
  );
}

/** Throws RecordingError. */
export async function readProfile(folder: string): Promise<ProfileFile> {
  return profileFileOf(await openCapture(folder));
}

export function profileCommand(): Command {
  return new Command('profile')
    .argument('<capture>', 'folder of a recording of a function (guestmem record)')
    .option('--json', 'print the profile as JSON, and nothing else, on stdout')
    .action(async (folder: string, { json }: { readonly json?: boolean }) => {
      const profile = await readProfile(folder);
      print(json === true ? `${JSON.stringify(profile, null, 2)}\n` : profileText(profile));
    });
}
