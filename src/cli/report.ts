// guestmem report: the page of a run again, from what lies in its folder.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import type { Report } from '../report/index.ts';
import { reportOf, writeAgain } from '../report/node.ts';
import { telling, writesInto } from './apart.ts';
import { UsageError } from './fault.ts';
import { complain, print } from './terminal.ts';
import { wroteLine } from './wrote.ts';

interface ReportFlags {
  readonly open?: boolean;
  readonly force?: boolean;
}

/** What shows a file to whoever sits there, by platform. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

/** Shows a file; says its path if nothing here can. */
function show(path: string): Promise<void> {
  const [program, ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  return new Promise((done) => {
    const child = spawn(program as string, [...args, path], { stdio: 'ignore', detached: true });
    child.once('error', () => {
      complain(`guestmem: nothing here opens pages (${program}): ${path}`);
      done();
    });
    child.once('spawn', () => {
      child.unref();
      done();
    });
  });
}

/** What a run's folder has. Throws UsageError, ResultsError. */
export function reportIn(folder: string): Report {
  if (!existsSync(join(folder, 'results.json'))) {
    throw new UsageError(`${folder}: expected a folder with results.json, as replay writes it`);
  }
  return reportOf(folder);
}

async function run(folder: string, { open, force }: ReportFlags): Promise<void> {
  const options = { isForced: force, ...writesInto(folder) };
  const paths = await writeAgain(
    { ...reportIn(folder), told: telling('pictures') },
    ['html'],
    folder,
    options,
  );
  print(wroteLine(paths));
  if (open === true) await show(resolve(paths[0] as string));
}

export function reportCommand(): Command {
  return new Command('report')
    .argument('<folder>', 'where a replay has written results.json')
    .option('--open', 'show the page')
    .option('--force', 'replace a report.html which guestmem did not write')
    .action(run);
}
