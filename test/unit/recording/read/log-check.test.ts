import { describe, expect, it } from 'vitest';
import { RecordingError } from '../../../../src/recording/error.ts';
import { checkDeviceLog, checkHostLog } from '../../../../src/recording/read/log-check.ts';

const BALLOON = [
  'virtio_balloon_to_target balloon target: 0x19000000 num_pages: 28672',
  'virtio_balloon_handle_output section name: pc.ram gpa: 0x11354000',
  'virtio_balloon_set_config actual: 256 oldactual: 0',
];
const MEM = [
  'virtio_mem_resized_usable_region old_size=0x0new_size=0x18000000',
  'virtio_mem_plug_request addr=0x100000000 nb_blocks=64',
  'virtio_mem_send_response type=0',
  'virtio_mem_unplug_request addr=0x110000000 nb_blocks=64',
  'another_event of=nothing that is read',
];
const wish = (at: string, value: string): string =>
  `${at} {'execute': 'qom-set', 'arguments': {'path': 'vmem0', 'property': 'requested-size', 'value': ${value}}} {'return': {}}`;

function lineOf(check: () => void): number {
  try {
    check();
  } catch (error) {
    if (error instanceof RecordingError) return error.line;
    throw error;
  }
  return 0;
}

describe('a log', () => {
  it('of a device as QEMU writes it is taken', () => {
    expect(lineOf(() => checkDeviceLog({ file: 'device.log', lines: BALLOON }))).toBe(0);
    expect(lineOf(() => checkDeviceLog({ file: 'device.log', lines: MEM }))).toBe(0);
    const lines = [wish('1.002', '402653184'), wish('9.000', '0'), '9.1 qom-get'];
    expect(lineOf(() => checkHostLog({ file: 'host.log', lines }))).toBe(0);
  });

  it.each([
    [1, 'num_pages: 28672', 'num_pages: many'],
    [1, 'num_pages: 28672', 'num_pages: 99999999999999'],
    [2, '0x11354000', '0x11354001'],
    [2, '0x11354000', '0x11354000000000000'],
    [2, 'gpa: 0x11354000', ''],
    [3, 'actual: 256', 'actual: -1'],
  ])('of a balloon with line %i wrong is refused there', (line, from, to) => {
    const lines = BALLOON.map((text, i) => (i + 1 === line ? text.replace(from, to) : text));
    expect(lineOf(() => checkDeviceLog({ file: 'device.log', lines }))).toBe(line);
  });

  it.each([
    [1, 'new_size=0x18000000', 'new_size=0x18000001'],
    [2, 'addr=0x100000000', 'addr=0x100000001'],
    [2, 'nb_blocks=64', 'nb_blocks=99999999999'],
    [2, 'nb_blocks=64', 'nb_blo'],
    [3, 'type=0', 'type=9'],
    [4, 'addr=0x110000000', 'addr=0x1100000000000000'],
  ])('of virtio-mem with line %i wrong is refused there', (line, from, to) => {
    const lines = MEM.map((text, i) => (i + 1 === line ? text.replace(from, to) : text));
    expect(lineOf(() => checkDeviceLog({ file: 'device.log', lines }))).toBe(line);
  });

  it('of the host with a wish that is no size, or before the one above, is refused there', () => {
    for (const bad of [wish('2', '4096'), wish('2.000', '4097'), wish('0.500', '4096')]) {
      const lines = [wish('1.000', '4096'), bad];
      expect(lineOf(() => checkHostLog({ file: 'host.log', lines }))).toBe(2);
    }
  });
});
