// Figures of both guests, side by side.

import { MIB } from '../../../abi/unit.ts';
import type { Sight } from '../../linux/sight.ts';
import { byId, fillTable } from '../dom.ts';

const HEAD = ['what the host counts', 'Linux', 'emulator'];

type Row = readonly (string | number)[];

function show(id: string, names: readonly string[], rows: readonly Row[]): void {
  const table = byId<HTMLTableElement>(id);
  fillTable(table, names, rows);
  (table.parentElement as HTMLElement).hidden = false;
}

const mib = (value: number): string => value.toFixed(1);

export function showFigures(linux: Sight, twin: Sight): void {
  const row = (name: string, of: (sight: Sight) => number | string): Row => {
    return [name, of(linux), of(twin)];
  };
  show('figures', HEAD, [
    row('balloon wanted, MiB', ({ targetMib }) => mib(targetMib)),
    row('balloon, MiB', ({ balloonMib }) => mib(balloonMib)),
    row('held by the host, MiB', ({ backedMib }) => mib(backedMib)),
    row('hinting', ({ hinting }) => hinting),
    ...Object.keys(linux.counted).map((name) => row(name, ({ counted }) => counted[name] ?? 0)),
  ]);
}

/** `freeBytes` as `free, MiB`. */
function statistic(name: string, value: number | undefined): string {
  if (value === undefined) return '–';
  return name.endsWith('Bytes') ? `${(value / MIB).toFixed(1)} MiB` : String(value);
}

function words(name: string): string {
  return name.replace(/Bytes$/, '').replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

export function showStatistics(linux: Sight, twin: Sight): void {
  const all = { ...twin.statistics, ...linux.statistics };
  const names = Object.keys(all) as (keyof typeof all)[];
  const rows = names.map((name) => [
    words(name),
    statistic(name, linux.statistics[name]),
    statistic(name, twin.statistics[name]),
  ]);
  if (rows.length > 0) show('told', ['what the driver says', ...HEAD.slice(1)], rows);
}
