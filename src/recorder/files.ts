// The files of a recording, known before there is one.

import { KIB, MIB } from '../abi/unit.ts';

interface RecordingFile {
  readonly name: string;
  /** What stands in such a file, and in few others. */
  readonly mark: RegExp;
  readonly usualBytes: number;
  /** Where the mark stands in many files: this one must be there. */
  readonly beside?: RecordingFile;
}

/** The second byte of gzip, behind one that is a control character. */
const GZIP = /^.\u008b/;

const small = (name: string, mark: RegExp): RecordingFile => ({ name, mark, usualBytes: 16 * KIB });

/** Recordings of all times have it, and imports have not. */
const ZONES = small('zoneinfo.before', /^Node \d/);
const packed = (name: string, usualBytes: number): RecordingFile => ({
  name,
  mark: GZIP,
  usualBytes,
  beside: ZONES,
});

/** docs/recordings.md says what each holds. */
export const RECORDING_FILES: readonly RecordingFile[] = [
  small('buddyinfo.after', /^Node \d/),
  small('cmdline', /guestmem\.buffer=/),
  small('console.log', /RECORDER /),
  packed('device.log.gz', KIB),
  small('dmesg', /Linux version/),
  packed('extra.txt.gz', KIB),
  small('extrastats', /^entries: /),
  small('host.log', /'execute': /),
  { ...small('missing', /^\w+/), beside: ZONES },
  small('pagestate.end', /^pagestate end/),
  small('pagestate.start', /^pagestate start/),
  small('pagetypeinfo.after', /^Page block order/),
  small('recording.json', /"format": "guestmem-recording-1"/),
  small('samples', /^\w+ (?:ready|call-)/),
  { ...small('stderr', /^/), beside: ZONES },
  packed('trace.txt.gz', 4 * MIB),
  small('tracestats', /^entries: /),
  small('uname', /^Linux /),
  small('vmstat.after', /^nr_free_pages /),
  small('zoneinfo.after', /^Node \d/),
  ZONES,
];
