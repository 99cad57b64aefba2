/** Which column of somebody's own file is what, and in which unit: `time=ts:s,function=fn,duration=dur_ms`. */
import { KIB, MIB, MS_PER_MINUTE, MS_PER_S, NS_PER_MS, US_PER_MS } from '../abi/unit.ts';
import {
  FLAG,
  NUMBER,
  RefusedArgument,
  TEXT,
  choiceOf,
  expectShape,
  expectText,
} from '../check/index.ts';

/** What a column of somebody's own file can be. */
export const COLUMN_ROLES = [
  'time',
  'end',
  'function',
  'duration',
  'memory',
  'app',
  'owner',
  'trigger',
] as const;

/** Name of such a role. */
export type ColumnRole = (typeof COLUMN_ROLES)[number];

export interface ColumnUse {
  readonly column: string;
  /** What one of the column is in ms or MiB; 1 for names. */
  readonly scale: number;
  /** Times are dates (ISO 8601), not numbers. */
  readonly isDate: boolean;
}

/** One of `time` and `end` is there, and `function` and `duration`. */
export type ColumnMap = Readonly<Partial<Record<ColumnRole, ColumnUse>>>;

/** ISO 8601, by name among the units of time. */
const DATE_UNIT = 'iso';

/** To milliseconds. */
const TIME_UNITS: Readonly<Record<string, number>> = {
  ns: 1 / NS_PER_MS,
  us: 1 / US_PER_MS,
  ms: 1,
  s: MS_PER_S,
  min: MS_PER_MINUTE,
};

const KB = 1000;

/** To MiB. */
const MEMORY_UNITS: Readonly<Record<string, number>> = {
  bytes: 1 / MIB,
  kb: KB / MIB,
  kib: KIB / MIB,
  mb: KB ** 2 / MIB,
  mib: 1,
  gb: KB ** 3 / MIB,
  gib: KIB,
};

interface Units {
  readonly scales: Readonly<Record<string, number>>;
  readonly usual: string;
}

function unitsOf(role: ColumnRole): Units | undefined {
  if (role === 'time' || role === 'end') {
    return { scales: { ...TIME_UNITS, [DATE_UNIT]: 1 }, usual: 'ms' };
  }
  if (role === 'duration') return { scales: TIME_UNITS, usual: 'ms' };
  return role === 'memory' ? { scales: MEMORY_UNITS, usual: 'mib' } : undefined;
}

/** The unit that a column's name ends in, as `dur_ms` does. */
function unitInName(column: string, { scales, usual }: Units): string {
  const ending = /_([A-Za-z]+)$/.exec(column)?.[1]?.toLowerCase() ?? usual;
  return Object.hasOwn(scales, ending) ? ending : usual;
}

/** A role's column as `COLUMN` or `COLUMN:UNIT`. */
function useOf(argument: string, role: ColumnRole, text: string): ColumnUse {
  const units = unitsOf(role);
  const colon = text.lastIndexOf(':');
  const named = colon < 0 ? undefined : text.slice(colon + 1).toLowerCase();
  const isUnit = named !== undefined && units !== undefined && Object.hasOwn(units.scales, named);
  const column = isUnit ? text.slice(0, colon) : text;
  if (units === undefined || column === '') {
    if (column !== '') return { column, scale: 1, isDate: false };
    throw new RefusedArgument(argument, `a column for ${role}`, text);
  }
  if (named !== undefined && !isUnit) {
    const known = Object.keys(units.scales).join(', ');
    throw new RefusedArgument(argument, `a unit of ${role}: ${known}`, named);
  }
  const unit = isUnit ? named : unitInName(column, units);
  return { column, scale: units.scales[unit] as number, isDate: unit === DATE_UNIT };
}

function roleOf(argument: string, text: string): ColumnRole {
  const role = COLUMN_ROLES.find((one) => one === text);
  if (role !== undefined) return role;
  const roles = choiceOf(COLUMN_ROLES, text);
  throw new RefusedArgument(argument, `ROLE=COLUMN, roles ${roles}`, text);
}

/**
 * Reads `ROLE=COLUMN[:UNIT],…`. A unit that is not said is the one that the column's name ends in (`dur_ms`, `mem_gib`), or ms
 * or MiB. Throws RefusedArgument.
 */
export function parseColumns(text: string, argument = 'columns'): ColumnMap {
  const map: Partial<Record<ColumnRole, ColumnUse>> = {};
  for (const part of expectText(argument, text)
    .split(',')
    .map((one) => one.trim())) {
    const equals = part.indexOf('=');
    const role = roleOf(argument, equals < 0 ? part : part.slice(0, equals).trim());
    if (equals < 0) throw new RefusedArgument(argument, `a column for ${role}`, part);
    if (map[role] !== undefined) throw new RefusedArgument(argument, `${role} once`, text);
    map[role] = useOf(argument, role, part.slice(equals + 1).trim());
  }
  return expectWhole(argument, map, text);
}

const USE = { column: TEXT, scale: NUMBER, isDate: FLAG } as const;

/** What `parseColumns` reads, or has made. Throws RefusedArgument. */
export function columnsSaid(argument: string, said: string | ColumnMap): ColumnMap {
  if (typeof said !== 'object' || said === null) return parseColumns(said, argument);
  for (const [role, use] of Object.entries(said)) {
    expectShape(`${argument}.${roleOf(argument, role)}`, use, USE);
  }
  return expectWhole(argument, said, Object.keys(said).join(','));
}

/** A map that has what a call needs. */
function expectWhole(argument: string, map: ColumnMap, text: string): ColumnMap {
  const { time, end } = map;
  if ((time === undefined) === (end === undefined)) {
    const found = time === undefined ? 'neither' : 'both';
    throw new RefusedArgument(argument, 'one of time (start) and end', found);
  }
  for (const role of ['function', 'duration'] as const) {
    if (map[role] === undefined) throw new RefusedArgument(argument, `a column for ${role}`, text);
  }
  return map;
}
