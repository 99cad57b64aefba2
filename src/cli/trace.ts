// guestmem trace: looks at traces, and makes them.

import { Command } from 'commander';
import { infoCommand } from './trace-info.ts';
import { convertCommand, sampleCommand, synthCommand } from './trace-write.ts';

export function traceCommand(): Command {
  return new Command('trace')
    .addCommand(infoCommand())
    .addCommand(convertCommand())
    .addCommand(sampleCommand())
    .addCommand(synthCommand());
}
