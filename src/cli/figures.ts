// guestmem figures: the figures of a run as files for papers and slides.

import { Command } from 'commander';
import { pngsOf, writeFigures } from '../report/node.ts';
import { leaves, telling, writesInto } from './apart.ts';
import { wholeNumber } from './argument.ts';
import { reportIn } from './report.ts';
import { print } from './terminal.ts';
import { wroteLine } from './wrote.ts';

interface FiguresFlags {
  readonly out: string;
  readonly width: string;
  readonly png?: boolean;
  readonly force?: boolean;
}

function drawn(svgs: readonly string[]): Promise<Uint8Array[]> {
  return pngsOf(svgs, { told: telling('pictures'), begun: leaves });
}

async function run(folder: string, { out, width, png, force }: FiguresFlags): Promise<void> {
  const options = {
    width: wholeNumber('--width', width, 200),
    isForced: force,
    ...writesInto(out),
    told: telling('pictures'),
    rasterize: png === true ? drawn : undefined,
  };
  const paths = await writeFigures(reportIn(folder), out, options);
  print(wroteLine(paths));
}

export function figuresCommand(): Command {
  return new Command('figures')
    .argument('<folder>', 'where a replay has written results.json')
    .requiredOption('--out <folder>', 'where the files go')
    .option('--width <pixels>', 'of each figure; text keeps its size', '960')
    .option('--png', 'PNG too, twice as many pixels: needs Chromium (CHROMIUM says where it is)')
    .option('--force', 'replace files in that folder which guestmem did not write')
    .action(run);
}
