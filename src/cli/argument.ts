// Values of options, checked. A wrong one is a UsageError that names the option, what was expected and what was found.

import { SYSTEMS, type SystemSpec } from '../replay/index.ts';
import { UsageError } from './fault.ts';

function fault(option: string, expected: string, found: string): UsageError {
  return new UsageError(`${option}: expected ${expected}, found ${JSON.stringify(found)}`);
}

/** A whole number from `least` on. */
export function wholeNumber(option: string, text: string, least: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least) {
    throw fault(option, `a whole number from ${least} on`, text);
  }
  return value;
}

/** Minutes, 0 or more, fractions allowed. */
export function minutes(option: string, text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw fault(option, 'minutes, 0 or more', text);
  return Number(text);
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A time such as 500ms, 90s, 10m, 1h. In milliseconds. */
export function duration(option: string, text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  if (amount === undefined || unit === undefined) {
    throw fault(option, 'a time such as 500ms, 90s, 10m or 1h', text);
  }
  return Number(amount) * (UNIT_MS[unit] as number);
}

/** Systems by name, in the order asked for; every one when no name is given. */
export function systems(option: string, text: string | undefined): readonly SystemSpec[] {
  if (text === undefined) return SYSTEMS;
  const known = SYSTEMS.map((spec) => spec.name).join(', ');
  const chosen: SystemSpec[] = [];
  for (const name of text.split(',').map((part) => part.trim())) {
    const spec = SYSTEMS.find((one) => one.name === name);
    if (spec === undefined) throw fault(option, `systems of ${known}`, name);
    if (chosen.includes(spec)) throw fault(option, 'each system once', name);
    chosen.push(spec);
  }
  return chosen;
}
