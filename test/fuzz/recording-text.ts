// The readers of a recording's files, each alone and on a few lines: read, or refused in one line that names file and line.

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect } from 'vitest';
import { RecordingError } from '../../src/recording/index.ts';
import { parsePageState } from '../../src/recording/read/index.ts';
import { checkDeviceLog, checkHostLog } from '../../src/recording/read/log-check.ts';
import { checkTrace } from '../../src/recording/read/trace-check.ts';
import { TraceReader } from '../../src/recording/read/trace-text.ts';
import { type Fuzzer, Tally } from './fuzzer.ts';
import { projectFile } from './root.ts';
import { UNPRINTABLE, textFault, withFault } from './text.ts';

const FOLDER = 'test/recordings/linux-6.12-smoke-768';
/** Lines of the trace: its head and some events of each kind that are near its begin. */
const TRACE_LINES = 60;

const WISHES = [1.002, 2.5, 9]
  .map(
    (at) =>
      `${at.toFixed(3)} {'execute': 'qom-set', 'arguments': {'path': 'vmem0', 'property': 'requested-size', 'value': 402653184}} {'return': {}}\n`,
  )
  .join('');
const DEVICE = `virtio_balloon_to_target balloon target: 0x19000000 num_pages: 28672
virtio_balloon_handle_output section name: pc.ram gpa: 0x11354000
virtio_balloon_set_config actual: 256 oldactual: 0
virtio_mem_resized_usable_region old_size=0x0new_size=0x18000000
virtio_mem_plug_request addr=0x100000000 nb_blocks=64
virtio_mem_send_response type=0
`;

const fileOf = (name: string): Buffer => readFileSync(projectFile(FOLDER, name));
const linesOf = (text: string): string[] => text.split('\n');

interface Reader {
  readonly good: string;
  readonly read: (text: string, file: string) => void;
}

function readers(): Readonly<Record<string, Reader>> {
  const state = fileOf('pagestate.start').toString('utf8');
  const start = parsePageState(state, 'pagestate.start');
  const memory = start.zones.map((zone) => ({
    start: zone.startPfn,
    end: zone.startPfn + zone.spanned,
  }));
  const trace = gunzipSync(fileOf('trace.txt.gz')).toString('utf8').split('\n');
  const lines = [...trace.slice(0, TRACE_LINES), trace.at(-2), ''];
  const events = lines.filter((line) => line !== '' && line?.startsWith('#') === false).length;
  const short = lines.join('\n').replace(/written: \d+\/\d+/, `written: ${events}/${events}`);
  return {
    pagestate: { good: state, read: (text, file) => void parsePageState(text, file) },
    trace: {
      good: short,
      read: (text, file) => {
        const reader = new TraceReader(file, memory, 1);
        reader.push(new TextEncoder().encode(text));
        checkTrace(reader.finish(), start);
      },
    },
    'device log': {
      good: DEVICE,
      read: (text, file) => checkDeviceLog({ file, lines: linesOf(text) }),
    },
    'host log': {
      good: WISHES,
      read: (text, file) => checkHostLog({ file, lines: linesOf(text) }),
    },
  };
}

function outcomeOf({ read }: Reader, text: string): 'read' | 'refused' {
  try {
    read(text, 'file');
    return 'read';
  } catch (error) {
    if (!(error instanceof RecordingError)) throw error;
    expect(error.message).toMatch(/^file(?::\d+)?: expected /);
    expect(error.message).not.toMatch(UNPRINTABLE);
    return 'refused';
  }
}

export const recordingText: Fuzzer = {
  name: 'recording-text',
  sentence: 'A damaged file of a recording is read or refused with file and line.',
  cases: 400,
  night: 100_000,
  create: () => {
    const all = readers();
    const names = Object.keys(all);
    const tally = new Tally(names.flatMap((name) => [`${name} read`, `${name} refused`]));
    const tried = new Tally(names);
    const damage = fc.record({
      name: fc.constantFrom(...names),
      faults: fc.array(textFault, { maxLength: 3 }),
    });
    const property = fc.property(damage, ({ name, faults }) => {
      const reader = all[name] as Reader;
      tally.add(`${name} ${outcomeOf(reader, faults.reduce(withFault, reader.good))}`);
      tried.add(name);
    });
    return { property, missing: tally.missing, tried: tried.counts };
  },
};
