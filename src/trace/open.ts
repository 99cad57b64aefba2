/** The trace formats, and which of them a path is in. Adding one is adding its file and its line here. */
import { expectMade } from '../check/index.ts';
import { AZURE2019 } from './azure2019.ts';
import { AZURE2021 } from './azure2021.ts';
import { CALLS } from './calls.ts';
import { peekBytes } from './csv.ts';
import { fileFault, TraceError } from './error.ts';
import { FAASRAIL } from './faasrail.ts';
import { packedIn, unreadBytes, unreadForm } from './files.ts';
import { TraceCandidate, type TraceFormat } from './format.ts';
import { ILUVATAR } from './iluvatar.ts';
import { expectPlace } from './options.ts';
import { basename, join } from './paths.ts';
import { SESSIONS } from './sessions.ts';
import type { TraceSource } from './source.ts';
import { SYSTEM_FILES } from './system-files.ts';
import type { Trace, TraceOptions } from './trace.ts';
import { VHIVE } from './vhive.ts';

function expectCandidate(one: TraceCandidate): TraceCandidate {
  return expectMade('candidate', one, TraceCandidate, 'a TraceCandidate');
}

/** What is looked at is a candidate. */
function told(...formats: readonly TraceFormat[]): readonly TraceFormat[] {
  return formats.map((format) => ({
    ...format,
    recognises: (one) => format.recognises(expectCandidate(one)),
    open: (one, options) => format.open(expectCandidate(one), options),
  }));
}

/** The first one that recognises a path reads it. */
export const TRACE_FORMATS: readonly TraceFormat[] = told(
  VHIVE,
  AZURE2019,
  AZURE2021,
  ILUVATAR,
  FAASRAIL,
  SESSIONS,
  CALLS,
);

function expected(): string {
  const nouns = TRACE_FORMATS.map(({ noun }) => noun);
  return `a trace: ${nouns.slice(0, -1).join(', ')} or ${nouns.at(-1)}`;
}

function formatOf(candidate: TraceCandidate): TraceFormat | undefined {
  return TRACE_FORMATS.find((format) => format.recognises(candidate));
}

function openFile(file: string, options: TraceOptions, files: TraceSource): Trace {
  const candidate = new TraceCandidate(file, false, files);
  const format = formatOf(candidate);
  if (format !== undefined) return format.open(candidate, options);
  if (files.look(file).size === 0) throw fileFault(file, expected(), 'an empty file');
  const unread = unreadBytes(peekBytes(file, files)) ?? unreadForm(file);
  throw fileFault(file, expected(), unread ?? 'a file with none of their headers');
}

/** A file beside others: one that cannot be read is no trace. */
function isTrace(file: string, files: TraceSource): boolean {
  try {
    return formatOf(new TraceCandidate(file, false, files)) !== undefined;
  } catch (error) {
    if (error instanceof TraceError) return false;
    throw error;
  }
}

/** A folder that is a trace, or that has one file that is. */
function openFolder(folder: string, options: TraceOptions, files: TraceSource): Trace {
  const candidate = new TraceCandidate(folder, true, files);
  const format = formatOf(candidate);
  if (format !== undefined) return format.open(candidate, options);
  const traces = candidate.names
    .filter((name) => /\.(csv|txt)(\.gz)?$/.test(name))
    .map((name) => join(folder, name))
    .filter((file) => isTrace(file, files));
  const [only] = traces;
  if (only === undefined) {
    const packed = packedIn(candidate.names);
    const found = packed === undefined ? '' : ` (${packed})`;
    throw fileFault(folder, expected(), `a folder without any of their files${found}`);
  }
  if (traces.length > 1) {
    const several = traces.slice(0, 8).map((file) => basename(file));
    throw fileFault(folder, 'one trace (name its file)', `several: ${several.join(', ')}`);
  }
  return openFile(only, options, files);
}

/**
 * Reads a trace of any known format. Throws `TraceError` for what is wrong with the path or the
 * files, `RangeError` for options out of range.
 */
export function openTrace(path: string, options: TraceOptions): Trace {
  expectPlace(path, options);
  const { files = SYSTEM_FILES } = options;
  const { kind } = files.look(path);
  if (kind === 'folder') return openFolder(path, options, files);
  if (kind === 'file') return openFile(path, options, files);
  throw fileFault(path, 'a file or folder', 'something else');
}
