/** Writes a run in the formats asked for. */
import { join } from 'node:path';
import { writeAtomically } from './atomic.ts';
import type { Format, Report } from './format.ts';
import { parseResults } from './schema.ts';

export type Written = {
  /** What the formats have for stdout, in their order. */
  readonly text: string;
  /** Files written, in their order. */
  readonly paths: readonly string[];
};

/**
 * Renders all formats before it writes a file, so a wrong record (`ResultsError`) touches nothing. Each file is whole or not
 * there; the folder is made when the first one needs it.
 */
export async function writeReport(
  report: Report,
  formats: readonly Format[],
  folder: string,
): Promise<Written> {
  parseResults(report.results);
  const rendered = await Promise.all(formats.map(async (format) => format.render(report)));
  const files = rendered.flatMap((one) => one.files ?? []);
  const paths = files.map(({ name, content }) => {
    const path = join(folder, name);
    writeAtomically(path, content);
    return path;
  });
  return { text: rendered.map((one) => one.text ?? '').join(''), paths };
}
