// Checks the lines of device.log and host.log that are read, before anything follows them.

import { FRAME_BYTES, MIB } from '../../core/index.ts';
import { quote, RecordingError } from '../error.ts';
import type { LogText } from './files.ts';

/** What a physical address of x86-64 can be here; sizes in bytes are below it too. */
const ADDRESS_LIMIT = 2 ** 46;
const PAGES_LIMIT = ADDRESS_LIMIT / FRAME_BYTES;
/** Blocks of the smallest size that a virtio-mem device can have. */
const BLOCKS_LIMIT = ADDRESS_LIMIT / (2 * MIB);

type Check = (value: number) => boolean;

const below =
  (limit: number): Check =>
  (value) =>
    value < limit;
const frame: Check = (value) => value < ADDRESS_LIMIT && value % FRAME_BYTES === 0;

/** A line by its first word: its form, and what each number in it may be. */
interface LineForm {
  readonly start: string;
  readonly form: RegExp;
  readonly checks: readonly Check[];
}

const DEVICE_LINES: readonly LineForm[] = [
  {
    start: 'virtio_balloon_handle_output ',
    form: /^\S+ .*gpa: (0x[0-9a-f]+)$/,
    checks: [frame],
  },
  {
    start: 'virtio_balloon_to_target ',
    form: /^\S+ .*num_pages: (\d+)$/,
    checks: [below(PAGES_LIMIT)],
  },
  {
    start: 'virtio_balloon_set_config ',
    form: /^\S+ actual: (\d+)(?: oldactual: \d+)?$/,
    checks: [below(PAGES_LIMIT)],
  },
  {
    start: 'virtio_mem_plug_request ',
    form: /^\S+ addr=(0x[0-9a-f]+) nb_blocks=(\d+)$/,
    checks: [frame, below(BLOCKS_LIMIT)],
  },
  {
    start: 'virtio_mem_unplug_request ',
    form: /^\S+ addr=(0x[0-9a-f]+) nb_blocks=(\d+)$/,
    checks: [frame, below(BLOCKS_LIMIT)],
  },
  {
    start: 'virtio_mem_resized_usable_region ',
    form: /^\S+ old_size=0x[0-9a-f]+ ?new_size=(0x[0-9a-f]+)$/,
    checks: [frame],
  },
  {
    start: 'virtio_mem_send_response ',
    form: /^\S+ type=(\d+)$/,
    checks: [below(4)],
  },
];

/** Wishes for a size: seconds, then QEMU's command and its answer. Other commands are not read. */
const WISH: LineForm = {
  start: '',
  form: /^(\d+\.\d+) .*'property': 'requested-size', 'value': (\d+)\D/,
  checks: [below(2 ** 31), frame],
};

function checkLine(file: string, line: number, text: string, { form, checks }: LineForm): void {
  const found = form.exec(text)?.slice(1).map(Number);
  if (found !== undefined && checks.every((check, i) => check(found[i] ?? Number.NaN))) return;
  throw new RecordingError(file, line, 'a line of such a log', quote(text));
}

/** Lines of other events are left alone: QEMU's trace may hold more than is read. */
export function checkDeviceLog({ file, lines }: LogText): void {
  lines.forEach((text, i) => {
    const form = DEVICE_LINES.find(({ start }) => text.startsWith(start));
    if (form !== undefined) checkLine(file, i + 1, text, form);
  });
}

/** Wishes come in the order of time. */
export function checkHostLog({ file, lines }: LogText): void {
  let last = 0;
  lines.forEach((text, i) => {
    if (!text.includes("'requested-size'") || !text.includes("'qom-set'")) return;
    checkLine(file, i + 1, text, WISH);
    const seconds = Number.parseFloat(text);
    if (seconds < last)
      throw new RecordingError(file, i + 1, `a time from ${last} on`, quote(text));
    last = seconds;
  });
}
