// Steps of a recording as a file has them: what the kernel did, and what the core would have done there.

import { ScriptError } from './error.ts';

const NUMBERS = ['atMs', 'task', 'kind', 'zone', 'order', 'type', 'frame', 'predicted'] as const;
const WORDS = ['tasks', 'kinds', 'types', 'zones'] as const;

/** The file, in columns: of each step its time, who and what, and the kernel's frame and the core's. */
export type RecordedSteps = Readonly<Record<(typeof NUMBERS)[number], readonly number[]>> &
  Readonly<Record<(typeof WORDS)[number], readonly string[]>> & {
    readonly schema: 1;
    readonly name: string;
    readonly total: number;
  };

/** A step in words. */
export interface StepWords {
  readonly time: string;
  readonly task: string;
  readonly what: string;
  readonly block: string;
  readonly frame: string;
  readonly predicted: string;
  readonly isRight: boolean;
}

function isListOf(value: unknown, type: 'number' | 'string', length?: number): boolean {
  const isOfLength = Array.isArray(value) && (length === undefined || value.length === length);
  // oxlint-disable-next-line valid-typeof
  return isOfLength && value.every((one) => typeof one === type);
}

/** Whether a file is of steps, right or wrong, and no map. */
export function isSteps(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'predicted' in value;
}

/** Throws ScriptError for what no `guestmem verify --steps` wrote. */
export function stepsOf(value: unknown): RecordedSteps {
  const file = (value ?? {}) as Record<string, unknown>;
  const { atMs } = file;
  const length = Array.isArray(atMs) ? atMs.length : 0;
  const isWhole =
    file['schema'] === 1 &&
    typeof file['name'] === 'string' &&
    typeof file['total'] === 'number' &&
    NUMBERS.every((name) => isListOf(file[name], 'number', length)) &&
    WORDS.every((name) => isListOf(file[name], 'string'));
  if (isWhole && length > 0) return file as unknown as RecordedSteps;
  throw new ScriptError('expected steps as guestmem verify --steps writes them');
}

function frameText(pfn: number): string {
  return pfn < 0 ? 'none' : String(pfn);
}

export function stepWords(steps: RecordedSteps, at: number): StepWords {
  const of = (name: (typeof NUMBERS)[number]): number => steps[name][at] ?? 0;
  const [frame, predicted] = [of('frame'), of('predicted')];
  return {
    time: `${of('atMs').toFixed(3)} ms`,
    task: steps.tasks[of('task')] ?? '?',
    what: steps.kinds[of('kind')] ?? '?',
    block: `${steps.zones[of('zone')] ?? '?'}, order ${of('order')}, ${steps.types[of('type')] ?? '?'}`,
    frame: frameText(frame),
    predicted: frameText(predicted),
    isRight: frame === predicted,
  };
}

/** The next step after `at` where the core would have taken another frame; undefined: there is none. */
export function nextWrong({ frame, predicted }: RecordedSteps, at: number): number | undefined {
  const found = frame.findIndex((pfn, step) => step > at && pfn !== predicted[step]);
  return found < 0 ? undefined : found;
}
