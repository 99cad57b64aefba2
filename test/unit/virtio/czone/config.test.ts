import { expect, it } from 'vitest';

import * as config from '../../../../src/virtio/czone/config.ts';
import { end, fields, PAGE, table } from '../../../support/czone-page.ts';

it('has the layout of the page', () => {
  const bytes = new Uint8Array(config.CONFIG_BYTES);
  const values = {
    addr: 2 ** 40,
    regionBytes: 2 ** 35,
    usableBytes: 2 ** 34,
    requestedBytes: 2 ** 33,
    pluggedBytes: 2 ** 21,
    blockBytes: 2 ** 22,
    zoneLimitBytes: 2 ** 30,
    epoch: 77,
    granuleBytes: 8192,
    maxZones: 4096,
    zones: 12,
    maxRanges: 64,
    nodeId: 3,
  };
  config.encodeCZoneConfig(values, bytes);
  expect(fields('virtio_czone_config', bytes)).toEqual({
    addr: values.addr,
    region_size: values.regionBytes,
    usable_size: values.usableBytes,
    requested_size: values.requestedBytes,
    plugged_size: values.pluggedBytes,
    block_size: values.blockBytes,
    zone_limit: values.zoneLimitBytes,
    epoch: 77,
    granule: 8192,
    max_zones: 4096,
    nr_zones: 12,
    max_ranges: 64,
    node_id: 3,
  });
  expect(config.CONFIG_BYTES).toBe(end('virtio_czone_config'));
  for (const [offset, , name] of table('struct virtio_czone_config')) {
    const constant = `CONFIG_${(name as string).toUpperCase()}` as keyof typeof config;
    expect(config[constant], name).toBe(Number(offset));
  }
});

it('has the device ID and queues of the page', () => {
  expect(PAGE).toContain(`\n${config.DEVICE_ID_CZONE}. Experimental`);
  const queues = table('3. Virtqueues').map(([index, name]) => [Number(index), name]);
  expect(queues).toEqual([
    [config.QUEUE_GUEST, 'guestq'],
    [config.QUEUE_EVENT, 'eventq'],
    [config.QUEUE_REPORT, 'reportq'],
    [config.QUEUE_STATS, 'statsq'],
  ]);
});

it('has the feature bits of the page', () => {
  const rows = table('4. Feature bits');
  expect(rows).toHaveLength(8);
  for (const [bit, name] of rows) {
    const constant = (name as string).replace('VIRTIO_CZONE_', '') as keyof typeof config;
    expect(config[constant], name).toBe(1n << BigInt(bit as string));
  }
});
