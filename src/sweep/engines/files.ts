// Jobs for batch systems: a command a line, a script that runs them, and the command that collects.

import { KIB } from '../../abi/unit.ts';
import type { OwnFile } from '../../report/index.ts';

/** What a batch system is given. */
export interface Batch {
  /** Files of jobs. */
  readonly jobs: readonly string[];
  /** Collects what came of them. */
  readonly collect: string;
}

export interface Script {
  readonly name: string;
  readonly text: string;
  /** What to type. */
  readonly command: string;
}

/** Batch systems for which scripts are written: Slurm, and any shell. */
export const BATCH_SYSTEMS = ['slurm', 'shell'] as const;
/** One of `BATCH_SYSTEMS`. */
export type BatchSystem = (typeof BATCH_SYSTEMS)[number];

/** The list of commands that scripts run. */
export const COMMANDS_FILE = 'jobs.txt';

const SCRIPT_MARK = /guestmem|as many at a time as JOBS says/;

/** What is written for them. */
export const BATCH_FILES: readonly OwnFile[] = [
  { name: COMMANDS_FILE, mark: /^guestmem worker /, usualBytes: 64 * KIB },
  { name: 'sweep.sbatch', mark: SCRIPT_MARK, usualBytes: KIB },
  { name: 'sweep.sh', mark: SCRIPT_MARK, usualBytes: KIB },
];

/** Array indices that Slurm takes when nobody changed it (MaxArraySize is 1001). */
const TASKS_MOST = 1000;

/** A word for a shell. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** A word for the lines in which Slurm reads options: a backslash before what it would take for something else, and no pattern in it. */
function optionWord(word: string): string {
  return word.replaceAll(/[^\w@%+=:,./-]/g, String.raw`\$&`).replaceAll('%', '%%');
}

export function commandsText({ jobs }: Batch): string {
  return jobs.map((file) => `guestmem worker ${quoted(file)}\n`).join('');
}

function slurm(folder: string, { jobs, collect }: Batch): Script {
  const each = Math.ceil(jobs.length / TASKS_MOST);
  const tasks = Math.ceil(jobs.length / each);
  const list = quoted(`${folder}/${COMMANDS_FILE}`);
  const path = `${folder}/sweep.sbatch`;
  const text = `#!/bin/bash
#SBATCH --job-name=guestmem
#SBATCH --array=0-${tasks - 1}
#SBATCH --cpus-per-task=1
#SBATCH --output=${optionWord(folder)}/slurm-%A_%a.log
# ${jobs.length} jobs, ${each} a task. What is finished is not run again; when all have ended:
#   ${collect}
first=$((SLURM_ARRAY_TASK_ID * ${each} + 1))
sed -n "$first,$((first + ${each - 1}))p" ${list} | while read -r line; do sh -c "$line" </dev/null; done
`;
  const wait = `sbatch --dependency=afterany:$(sbatch --parsable ${quoted(path)})`;
  return { name: 'sweep.sbatch', text, command: `${wait} --wrap ${quoted(collect)}` };
}

/** A shell in a shell: xargs ends when what it runs is ended by a signal, as a job for which there is no memory is. */
function shell(folder: string, { jobs, collect }: Batch): Script {
  const list = quoted(`${folder}/${COMMANDS_FILE}`);
  const text = `#!/bin/sh
# ${jobs.length} jobs, as many at a time as JOBS says. What is finished is not run again.
tr '\\n' '\\0' < ${list} | xargs -0 -n 1 -P "\${JOBS:-2}" sh -c 'sh -c "$0" || exit 1'
${collect}
`;
  return { name: 'sweep.sh', text, command: `sh ${quoted(`${folder}/sweep.sh`)}` };
}

/** The script of a batch system for jobs that lie in a folder. */
export function scriptOf(system: BatchSystem, folder: string, batch: Batch): Script {
  return system === 'slurm' ? slurm(folder, batch) : shell(folder, batch);
}
