// A function's profile as a file: what was measured, of what, with what, and how.

import path from 'node:path';
import { RecordingError } from '../error.ts';
import { type Capture, readText } from '../read/index.ts';
import { type MeasuredProfile, profileOf } from './profile.ts';

/** What `recording.json` says of how a recording was made. */
interface About {
  readonly workload: string;
  readonly kernel: string;
  readonly emulator: string;
  readonly machine: { readonly memoryMib: number; readonly cpus: number; readonly thp: string };
  readonly programs: readonly string[];
}

export interface ProfileFile extends MeasuredProfile, Omit<About, 'workload'> {
  readonly format: 'guestmem-profile-1';
  readonly name: string;
  readonly unit: string;
  readonly method: string;
}

const METHOD =
  'one process a container, chroot over overlay in a memory cgroup; smaps, pagemap and cgroup ' +
  'counters read between calls, references and soft-dirty bits cleared before; allocations by trace';

function aboutOf({ folder }: Capture): About {
  const text = readText(folder, 'recording.json');
  try {
    return JSON.parse(text) as About;
  } catch {
    throw new RecordingError(path.join(folder, 'recording.json'), 0, 'JSON', 'something else');
  }
}

/** A profile that was kept as a file. Throws RecordingError where it is none. */
export function parseProfile(file: string, text: string): ProfileFile {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    found = undefined;
  }
  const isProfile =
    typeof found === 'object' &&
    found !== null &&
    'format' in found &&
    found.format === 'guestmem-profile-1';
  if (isProfile) return found as ProfileFile;
  throw new RecordingError(file, 0, 'a profile (guestmem-profile-1)', 'something else');
}

/** Throws RecordingError where the recording is not one of a function. */
export function profileFileOf(capture: Capture): ProfileFile {
  const { workload, kernel, emulator, machine, programs } = aboutOf(capture);
  return {
    format: 'guestmem-profile-1',
    name: workload,
    unit: 'frames of 4 KiB',
    method: METHOD,
    kernel,
    emulator,
    machine,
    ...profileOf(capture),
    programs,
  };
}
