// The files of a recording, known before there is one.

import { KIB, MIB } from '../abi/unit.ts';

interface RecordingFile {
  readonly name: string;
  /** What stands in such a file, and in few others. */
  readonly mark: RegExp;
  readonly usualBytes: number;
}

/** The second byte of gzip, behind one that is a control character. */
const GZIP = /^.\u008b/;

const small = (name: string, mark: RegExp): RecordingFile => ({ name, mark, usualBytes: 16 * KIB });

/** docs/recordings.md says what each holds. */
export const RECORDING_FILES: readonly RecordingFile[] = [
  small('buddyinfo.after', /^Node \d/),
  small('cmdline', /guestmem\.buffer=/),
  small('console.log', /RECORDER /),
  { name: 'device.log.gz', mark: GZIP, usualBytes: KIB },
  small('dmesg', /Linux version/),
  { name: 'extra.txt.gz', mark: GZIP, usualBytes: KIB },
  small('extrastats', /^entries: /),
  small('host.log', /'execute': /),
  small('missing', /^\w+/),
  small('pagestate.end', /^pagestate end/),
  small('pagestate.start', /^pagestate start/),
  small('pagetypeinfo.after', /^Page block order/),
  small('recording.json', /"format": "guestmem-recording-1"/),
  small('samples', /^\w+ (?:ready|call-)/),
  small('stderr', /^/),
  { name: 'trace.txt.gz', mark: GZIP, usualBytes: 4 * MIB },
  small('tracestats', /^entries: /),
  small('uname', /^Linux /),
  small('vmstat.after', /^nr_free_pages /),
  small('zoneinfo.after', /^Node \d/),
  small('zoneinfo.before', /^Node \d/),
];
