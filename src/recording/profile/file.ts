// A function's profile as a file: what was measured, of what, with what, and how.

import path from 'node:path';
import { OBJECT, TEXT, expectShape, expectText } from '../../check/index.ts';
import { type Capture, readText } from '../read/index.ts';
import { MEASURED_CALLS, type MeasuredProfile, profileOf } from './profile.ts';
import { aboutIn, profileIn } from './shape.ts';

/** What `recording.json` says of how a recording was made. */
interface About {
  readonly workload: string;
  readonly kernel: string;
  readonly emulator: string;
  readonly machine: { readonly memoryMib: number; readonly cpus: number; readonly thp: string };
  readonly programs: readonly string[];
}

/** A profile as it is kept. */
export interface ProfileFile extends MeasuredProfile, Omit<About, 'workload'> {
  /** Its version. */
  readonly format: 'guestmem-profile-1';
  /** The program that was recorded. */
  readonly name: string;
  /** Of all figures. */
  readonly unit: string;
  /** How they were counted. */
  readonly method: string;
}

const METHOD =
  'one process a container, chroot over overlay in a memory cgroup; smaps, pagemap and cgroup ' +
  'counters read between calls, references and soft-dirty bits cleared before; allocations by trace';

function aboutOf({ folder }: Capture): About {
  const name = 'recording.json';
  return aboutIn(path.join(folder, name), readText(folder, name)) as About;
}

/** A profile that was kept as a file. Throws RecordingError where it is none, or lacks a part. */
export function parseProfile(file: string, text: string): ProfileFile {
  return profileIn(
    expectText('file', file),
    expectText('text', text),
    MEASURED_CALLS,
  ) as ProfileFile;
}

/** Throws RecordingError where the recording is not one of a function. */
export function profileFileOf(capture: Capture): ProfileFile {
  const { workload, kernel, emulator, machine, programs } = aboutOf(
    expectShape('capture', capture, { folder: TEXT, trace: OBJECT }),
  );
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
