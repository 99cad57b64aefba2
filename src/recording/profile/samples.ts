// `samples` of a recording: what measure.c and the memory cgroup said of a container's process, a line each time.
//   NAME LABEL key=value …      values in KiB

import { KIB } from '../../abi/unit.ts';
import { FRAME_BYTES } from '../../core/index.ts';
import { RecordingError, quote } from '../error.ts';

export interface Sample {
  readonly container: string;
  /** `ready`, `call-N`, or `quick-N` for a call after which only the resident set was read. */
  readonly label: string;
  /** In frames. Undefined: the line does not have it. */
  frames(key: string): number | undefined;
  /** Throws RecordingError where the line does not have it. */
  need(key: string): number;
}

const KIB_A_FRAME = FRAME_BYTES / KIB;
/** Memory of a process has fewer frames. */
const FRAMES_MOST: number = 2 ** 32;

function sampleOf(file: string, line: number, text: string): Sample {
  const [container, label, ...pairs] = text.trim().split(/\s+/);
  if (container === undefined || label === undefined) {
    throw new RecordingError(file, line, 'NAME LABEL key=value …', quote(text));
  }
  const values = new Map<string, number>();
  for (const pair of pairs) {
    const match = /^(\w+)=(\d+)$/.exec(pair);
    const amount = Math.round(Number(match?.[2]) / KIB_A_FRAME);
    if (match === null || amount >= FRAMES_MOST) {
      throw new RecordingError(file, line, 'key=value, KiB', quote(pair));
    }
    values.set(match[1] as string, amount);
  }
  const frames = (key: string): number | undefined => values.get(key);
  const need = (key: string): number => {
    const found = values.get(key);
    if (found === undefined) throw new RecordingError(file, line, `a value for ${key}`, 'none');
    return found;
  };
  return { container, label, frames, need };
}

/** All lines, in their order. Throws RecordingError with the line, also of one that says again what another has said. */
export function parseSamples(file: string, text: string): Sample[] {
  const lines = text.split('\n');
  if (lines.at(-1) !== '') {
    throw new RecordingError(file, lines.length, 'a whole line', 'a cut line');
  }
  const seen = new Set<string>();
  return lines.slice(0, -1).map((line, i) => {
    const sample = sampleOf(file, i + 1, line);
    const key = `${sample.container} ${sample.label}`;
    if (seen.has(key)) throw new RecordingError(file, i + 1, 'each sample once', quote(key));
    seen.add(key);
    return sample;
  });
}
