// What came of a sweep, from the folders of its jobs into the files of the whole: all at once or not at all.

import {
  type Column,
  type FlatTable,
  type OwnFile,
  type SystemResult,
  alignRows,
  parquetWith,
} from '../report/index.ts';
import { OutputFolder } from '../report/node.ts';
import { KIB } from '../abi/unit.ts';
import type { Sweep } from './cells.ts';
import type { Program } from './program.ts';
import { type Effect, effectsOf } from './effects.ts';
import type { Outcomes } from './outcomes.ts';
import { type Choice, choicesOf } from './pareto.ts';
import { sweepHtml } from './page.ts';
import { rowsOfCells } from './row.ts';
import type { JobStore } from './store.ts';
import { FACTORS_WORD, type FinishedCell, columnOf, labelled, sweepTable } from './table.ts';
import { effectRows, frontRows, spreadNote } from './text.ts';

const PARQUET = /^PAR1[^]*guestmem/;

export const SWEEP_FILES: readonly OwnFile[] = [
  { name: 'sweep.parquet', mark: PARQUET, usualBytes: 64 * KIB },
  { name: 'effects.parquet', mark: PARQUET, usualBytes: 8 * KIB },
  { name: 'pareto.parquet', mark: PARQUET, usualBytes: 8 * KIB },
  { name: 'report.html', mark: /<title>guestmem: /, usualBytes: 64 * KIB },
  { name: 'sweep.json', mark: /^\{\s*"sweep": \d/, usualBytes: 16 * KIB },
];

/** The version of sweep.json and of the tables beside it. */
const SCHEMA = 1;

/** The folder for these files, looked at before the work. Throws OutputError. */
export function openSweep(folder: string, isForced: boolean): OutputFolder {
  return new OutputFolder(folder, SWEEP_FILES, { isForced });
}

/** What of a system a sweep keeps: rows of functions and figures over time stay in the job's folder. */
function keptOf(system: SystemResult): SystemResult {
  const { overTime: _over, functions: _rows, ...kept } = system;
  const none: SystemResult['overTime'] = { tMs: [], containers: [], idle: [], vms: [] };
  return { ...kept, overTime: none, functions: [] };
}

/** Hears how many cells have been looked up, of how many. */
type OnCells = (done: number, total: number) => void;

/** Cells whose jobs have results, in the order of the sweep. Throws ResultsError. */
function finishedOf(
  { cells }: Sweep,
  store: JobStore,
  onCells: OnCells | undefined,
): FinishedCell[] {
  const known = new Map<string, SystemResult[]>();
  return cells.flatMap((cell, at) => {
    const { job } = cell;
    onCells?.(at, cells.length);
    if (!known.has(job.name) && store.isFinished(job)) {
      known.set(job.name, store.resultsOf(job).systems.map(keptOf));
    }
    const systems = known.get(job.name);
    return systems === undefined ? [] : [{ cell, systems }];
  });
}

export function outcomesOf(sweep: Sweep, store: JobStore, onCells?: OnCells): Outcomes {
  const finished = finishedOf(sweep, store, onCells);
  const rows = rowsOfCells(finished);
  return { finished, rows, effects: effectsOf(rows, sweep.factors), choices: choicesOf(rows) };
}

function text(name: string, cells: readonly string[]): Column {
  return { name, kind: 'text', cells };
}

function real(name: string, cells: readonly (number | undefined)[]): Column {
  return { name, kind: 'real', cells: cells.map((cell) => cell ?? Number.NaN) };
}

function whole(name: string, cells: readonly number[]): Column {
  return { name, kind: 'whole', cells };
}

/** A row a figure of a value of a factor in a system; what is unknown is not a number. */
export function effectsTable(effects: readonly Effect[]): FlatTable {
  const column = <T>(read: (one: Effect) => T): T[] => effects.map(read);
  const columns = [
    ...(['factor', 'level', 'system', 'figure'] as const).map((key) =>
      text(
        key,
        column((one) => one[key]),
      ),
    ),
    real(
      'mean',
      column(({ mean }) => mean),
    ),
    real(
      'sd',
      column(({ sd }) => sd),
    ),
    whole(
      'seeds',
      column(({ seeds }) => seeds),
    ),
    real(
      'ratio',
      column(({ against }) => against?.ratio),
    ),
    real(
      'low',
      column(({ against }) => against?.interval?.[0]),
    ),
    real(
      'high',
      column(({ against }) => against?.interval?.[1]),
    ),
  ];
  return { name: 'effects', columns };
}

/** A row a choice. */
export function paretoTable(factors: readonly string[], choices: readonly Choice[]): FlatTable {
  const column = <T>(read: (one: Choice) => T): T[] => choices.map(read);
  const columns = [
    ...factors.map((path) =>
      labelled(
        columnOf(path),
        column(({ labels }) => labels[path] as string),
      ),
    ),
    text(
      'system',
      column(({ system }) => system),
    ),
    whole(
      'seeds',
      column(({ footprint }) => footprint.count),
    ),
    real(
      'startupMs',
      column(({ startup }) => startup.mean),
    ),
    real(
      'startupMs_sd',
      column(({ startup }) => startup.sd),
    ),
    real(
      'footprintGiBSeconds',
      column(({ footprint }) => footprint.mean),
    ),
    real(
      'footprintGiBSeconds_sd',
      column(({ footprint }) => footprint.sd),
    ),
    real(
      'refused',
      column(({ refused }) => refused),
    ),
    whole(
      'isOnFront',
      column(({ isOnFront }) => Number(isOnFront)),
    ),
  ];
  return { name: 'pareto', columns };
}

/** What played it, which is one for all jobs. */
function programIn({ cells }: Sweep): Program {
  return (cells[0] as Sweep['cells'][number]).job.program;
}

/** The cells, what was found of each factor, and the front, for programs. */
function sweepJson(sweep: Sweep, { effects, choices }: Outcomes): string {
  const { factors, cells } = sweep;
  const told = cells.map(({ job, seed, labels }) => ({ job: job.name, seed, factors: labels }));
  const front = choices.filter(({ isOnFront }) => isOnFront);
  const record = { sweep: SCHEMA, program: programIn(sweep), factors, cells: told, effects, front };
  return `${JSON.stringify(record, null, 2)}\n`;
}

/** Writes the files of a sweep; their paths. */
export function writeSweep(folder: OutputFolder, sweep: Sweep, outcomes: Outcomes): string[] {
  const words = [
    { key: 'guestmem.sweep', value: String(SCHEMA) },
    { key: FACTORS_WORD, value: JSON.stringify(sweep.factors) },
    { key: 'guestmem.versions', value: JSON.stringify(programIn(sweep)) },
  ];
  const tables = [
    sweepTable(sweep.factors, outcomes.finished),
    effectsTable(outcomes.effects),
    paretoTable(sweep.factors, outcomes.choices),
  ];
  return folder.write([
    ...tables.map((table) => ({
      name: `${table.name}.parquet`,
      content: parquetWith(table, words),
    })),
    { name: 'report.html', content: sweepHtml(sweep, outcomes) },
    { name: 'sweep.json', content: sweepJson(sweep, outcomes) },
  ]);
}

/** The same for whoever watches: whole lines. */
export function outcomesText({ rows, effects, choices }: Outcomes): string {
  const seeds = new Set(rows.map(({ seed }) => seed)).size;
  const front = alignRows(frontRows(choices));
  const told = effects.length === 0 ? '' : `${alignRows(effectRows(effects))}\n\n`;
  return `${told}${spreadNote(seeds)}\n\n${front}\n`;
}
