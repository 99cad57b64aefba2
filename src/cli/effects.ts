// What was asked of a replay and does nothing: no fault, but it may be a mistake.

import { type Experiment, withoutEffect } from '../experiment/index.ts';
import type { Trace } from '../trace/index.ts';
import { type ExperimentFlags, whereSaid } from './asked.ts';

/** Options by the settings that they make, where those may have no effect. */
const OPTIONS: Readonly<Record<string, keyof ExperimentFlags>> = {
  minutes: 'minutes',
  seeds: 'seed',
  'hosts.placement': 'hostPlacement',
  'machine.cpusPerVm': 'vmCpus',
  functions: 'functions',
  'policies.placement': 'placement',
  'policies.growth': 'growth',
  'policies.idleReclaim': 'idleReclaim',
  'policies.idle': 'idle',
  'outputs.maps': 'maps',
  'outputs.mapsOf': 'mapsOf',
  'outputs.sensitivity': 'sensitivity',
};

interface Asked {
  readonly path: string | undefined;
  readonly experiment: Experiment;
  readonly flags: ExperimentFlags & { readonly json?: boolean };
}

/** Where a setting was made. */
function placeOf({ path, flags }: Asked, key: readonly string[]): string {
  const flag = OPTIONS[key.join('.')];
  const isGiven = flag !== undefined && flags[flag] !== undefined;
  const name = isGiven
    ? `--${flag.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
    : key.join('.');
  return whereSaid(path, { name, isGiven }, key);
}

/** A line for each setting without effect, with the place where it was made. */
export function effectLines(asked: Asked, trace: Trace): string[] {
  const { experiment, flags } = asked;
  const { outputs } = experiment;
  const formats = flags.json === true ? [...outputs.formats, 'json'] : outputs.formats;
  const told = { ...experiment, outputs: { ...outputs, formats } };
  return withoutEffect(told, trace).map(({ path, text }) => `${placeOf(asked, path)}: ${text}`);
}
