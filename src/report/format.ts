/** What an output format is. Formats render; `write.ts` puts what they rendered into a folder. */
import type { Details } from './detail.ts';
import type { CallRecords } from './records.ts';
import type { Results } from './results.ts';

/** What a run has to tell: its record, and what is too long for it. */
export type Report = {
  /** The record. */
  readonly results: Results;
  /** What is too long for it. */
  readonly details: Details;
  /** A row a call, if they were kept. */
  readonly records?: CallRecords | undefined;
  /** What was played, as a file that plays it again. */
  readonly experiment?: string | undefined;
  /** Hears of pictures of the page that are drawn, and how many there are. */
  readonly told?: ((done: number, total: number) => void) | undefined;
};

/** A file that a format makes. */
export type OutputFile = {
  /** In the folder of the run. Formats of one list have different names for their files. */
  readonly name: string;
  /** It may come in pieces, where all of it is too long to be held. */
  readonly content: string | Uint8Array | Iterable<string | Uint8Array>;
};

/** A file that a format may write, known before there is a run. */
export type OwnFile = {
  /** In the folder of the run. */
  readonly name: string;
  /** What stands in the first or last bytes of such a file, and in few others. */
  readonly mark: RegExp;
  /** Where the mark stands in many files: another file that must be there, and ours. */
  readonly beside?: OwnFile;
  /** Of an hour's run of all systems, about: the room that is looked for before the work. */
  readonly usualBytes: number;
};

/** A run in one format: for whoever watches, for the folder, or both. */
export type Rendered = {
  /** Whole lines. */
  readonly text?: string;
  /** Files for the run's folder. */
  readonly files?: readonly OutputFile[];
};

/** An entry of the list of output formats. */
export type Format = {
  /** For `--format`. */
  readonly name: string;
  /** Whether it tells what keep-alive policies make of the trace, which is found by work of its own. */
  readonly hasKeepAlives?: boolean;
  /** One sentence for `guestmem systems`. */
  readonly sentence: string;
  /** Names of the files that `render` may give, no others. */
  readonly files: readonly OwnFile[];
  /** Equal reports give equal bytes. */
  render(report: Report): Rendered | Promise<Rendered>;
};
