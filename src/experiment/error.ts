// What is wrong with a file that somebody wrote: a line for each fault, in the order of the file.

import { escaped } from '../check/index.ts';

/** A file that is no experiment, or no list of prices: nothing was read or played. */
export class ExperimentError extends Error {
  override readonly name: string = 'ExperimentError';
  /** `FILE:LINE:COLUMN: WHERE: expected …, found …`, one line each. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    const lines = problems.map(escaped);
    super(lines.join('\n'));
    this.problems = lines;
  }
}

/** A file that could not be read at all. */
export class UnreadableFile extends ExperimentError {}
