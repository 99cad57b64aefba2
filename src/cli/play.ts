// guestmem play: the playground's page, served to this machine.

import { spawn } from 'node:child_process';
import { Command } from 'commander';
import { encodeReel } from '../map/index.ts';
import { PLAY_PORT, PORT_MOST, servePlayground } from '../play/node.ts';
import { openCapture, recordedSteps, verifyReel } from '../recording/index.ts';
import { wholeNumber } from './argument.ts';
import { type Busy, whileBusy } from './busy.ts';
import { SIGNALS, handOver } from './early.ts';
import { BIOS, type LinuxFlags, linuxFiles } from './linux.ts';
import { print } from './terminal.ts';

/** Maps of a recording over its time. */
const MOMENTS = 100;
/** Events of it that can be stepped through. */
const STEPS_MOST = 20_000;
const OPENERS: Readonly<Record<string, string>> = { darwin: 'open', win32: 'explorer' };

interface PlayFlags extends LinuxFlags {
  readonly port?: string;
  readonly open?: boolean;
  readonly recording?: string;
}

/** Whatever shows addresses to the user; where nothing does, the address has been printed. */
function show(address: string): void {
  const opener = OPENERS[process.platform] ?? 'xdg-open';
  const child = spawn(opener, [address], { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}

/** Its memory over its time, and its first events with the core's prediction. */
async function recordingOf(folder: string, busy?: Busy): Promise<string> {
  const capture = await openCapture(folder, busy?.counting('bytes'));
  const onProgress = busy?.counting('commands');
  const reel = verifyReel(capture, 'guided', MOMENTS, { onProgress });
  const steps = recordedSteps(capture, 'free-running', STEPS_MOST, { onProgress });
  return JSON.stringify([encodeReel({ ...reel, name: folder }), steps]);
}

async function run({ port, open, recording, ...linux }: PlayFlags): Promise<void> {
  const number = port === undefined ? PLAY_PORT : wholeNumber('--port', port, 0, PORT_MOST);
  const files = linuxFiles(linux);
  if (recording !== undefined) {
    const text = await whileBusy(process.stderr, (busy) => recordingOf(recording, busy));
    files.set('/recording.json', new TextEncoder().encode(text));
  }
  const { address, closed, close } = await servePlayground({ port: number, files });
  print(`guestmem playground: ${address} (Ctrl-C ends it)\n`);
  if (open === true) show(address);
  await new Promise<void>((ended) => {
    for (const signal of SIGNALS) process.once(signal, () => ended());
    handOver();
    void closed.then(ended);
  });
  close();
}

export function playCommand(): Command {
  return new Command('play')
    .option('--port <n>', `port on this machine; 0 is one that is free (default: ${PLAY_PORT})`)
    .option('--open', 'show it in the browser')
    .option(
      '--recording <capture>',
      'folder of a recording whose memory and events the page shows, too',
    )
    .option('--kernel <file>', 'a Linux (vmlinuz, 32 bits) for the page of a real one, in v86')
    .option('--initrd <file>', 'what it starts with')
    .option('--bios <file>', `its machine's SeaBIOS (default: ${BIOS}, where it is there)`)
    .action(run);
}
