// Damage in each file that a recording keeps of /proc, and beside its traces.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCapture } from '../../../../src/recording/index.ts';
import { copyOf, refusal } from '../../../support/recorded.ts';

const OLD = 'linux-6.1-base-512';

/** Puts one text in another's place, which is there; in which line. */
function damage(folder: string, name: string, from: RegExp | string, to: string): number {
  const file = join(folder, name);
  const text = readFileSync(file, 'utf8');
  const damaged = text.replace(from, to);
  if (to !== '$&') expect(damaged).not.toBe(text);
  writeFileSync(file, damaged);
  const at = typeof from === 'string' ? text.indexOf(from) : text.search(from);
  return text.slice(0, at).split('\n').length;
}

const BEFORE = 'zoneinfo.before';
const OTHERS = ['zoneinfo.after', 'vmstat.after', 'buddyinfo.after', 'pagetypeinfo.after'];

describe('what /proc said', () => {
  it.each([
    [BEFORE, 'min      190', 'min      191', 'min 190 of zone DMA, as in pagestate.start'],
    [BEFORE, 'low      10952', 'low      1', 'low 10952 of zone DMA32'],
    [BEFORE, 'high     13142', 'high     13143', 'high 13142 of zone DMA32'],
    [BEFORE, 'managed  3840', 'managed  0', 'managed 3840 of zone DMA'],
    [BEFORE, 'present  3998', 'present  3999', 'present 3998 of zone DMA'],
    [BEFORE, '(0, 689, 689', '(0, 690, 689', 'protection (0, 689, 689, 689, 689)'],
    [BEFORE, 'start_pfn:           1', 'start_pfn:           2', 'start_pfn 1 of zone DMA'],
    [BEFORE, 'batch: 63', 'batch: 0', 'batch 63 of zone DMA32'],
    [BEFORE, /threshold: \d+/, 'threshold: 126', 'a threshold of 0 to 125'],
    [BEFORE, /nr_free_pages \d+/, 'nr_free_pages x', 'a line of zoneinfo.before'],
    [BEFORE, /nr_free_pages \d+/, 'nr_free_pages -1', 'a line of zoneinfo.before'],
    [BEFORE, /^/, 'junk\n', 'a line of zoneinfo.before'],
  ])('in %s with %s as %j is refused with the line', async (name, from, to, expected) => {
    const folder = copyOf();
    const line = damage(folder, name, from, to);
    const fault = await refusal(folder);
    expect(fault).toMatchObject({ file: join(folder, name), line });
    expect(fault.expected).toContain(expected);
  });

  it('lacks nothing that a zone has, and no zone', async () => {
    const folder = copyOf();
    const zone = damage(folder, BEFORE, /^Node 0, zone +DMA32\n/m, '$&');
    damage(folder, BEFORE, / {8}managed {2}178833\n/, '');
    expect(await refusal(folder)).toMatchObject({ line: zone, found: 'none' });
    const other = copyOf();
    damage(other, BEFORE, 'zone    DMA32', 'zone    DMB32');
    expect(await refusal(other)).toMatchObject({ line: 160, expected: 'zone DMA32' });
  });

  it.each(OTHERS)('in %s, of which nothing is read, has its form', async (name) => {
    for (const junk of ['\u0007', 'free 1 2 x', 'é', '{}']) {
      const folder = copyOf();
      damage(folder, name, /^.*\n/, `$&${junk}\n`);
      expect(await refusal(folder)).toMatchObject({
        file: join(folder, name),
        line: 2,
        expected: `a line of ${name}`,
      });
    }
    const folder = copyOf();
    writeFileSync(join(folder, name), '');
    expect(await refusal(folder)).toMatchObject({ file: join(folder, name), line: 1 });
  });

  it('may be missing, or end without a line break', async () => {
    const folder = copyOf();
    damage(folder, 'vmstat.after', /\n$/, '');
    damage(folder, BEFORE, /\n$/, '');
    expect((await openCapture(folder)).start.zones.map(({ lagMost }) => lagMost)).toEqual([2, 8]);
  });
});

describe('how the kernel was started', () => {
  it.each([
    ['memhp_default_state=online_everywhere', 'a value that memhp_default_state has'],
    ['memory_hotplug.online_policy=auto', 'a value that memory_hotplug.online_policy has'],
    ['memory_hotplug.auto_movable_ratio=1e9', 'a value that memory_hotplug.auto_movable_ratio has'],
    ['\u001b[2J', 'a line of cmdline'],
  ])('with %j is refused', async (word, expected) => {
    const folder = copyOf();
    damage(folder, 'cmdline', /^/, `${word} `);
    expect(await refusal(folder)).toMatchObject({
      file: join(folder, 'cmdline'),
      line: 1,
      expected,
    });
  });

  it.each(['cmdline', 'uname'])('is one line of %s', async (name) => {
    const folder = copyOf();
    damage(folder, name, /^(.*)\n/, '$1\n$1\n');
    expect(await refusal(folder)).toMatchObject({ line: 2, expected: 'one line' });
  });
});

describe('the kernel’s name', () => {
  it.each(['junk', 'Linux (none)', 'Linux (none) six.twelve.1 #1'])(
    '%j is refused',
    async (text) => {
      const folder = copyOf();
      writeFileSync(join(folder, 'uname'), text);
      expect(await refusal(folder)).toMatchObject({ line: 1, expected: 'a line of uname' });
    },
  );

  it('is of a kernel with such lists', async () => {
    const fresh = copyOf();
    damage(fresh, 'uname', '6.12.117', '6.1.117');
    expect(await refusal(fresh)).toMatchObject({
      file: join(fresh, 'pagestate.start'),
      line: 9,
      expected: 'lists of a kernel before 6.7, as uname says',
    });
    const old = copyOf(OLD);
    damage(old, 'uname', '6.1.0', '6.12.0');
    expect((await refusal(old)).expected).toBe('lists of a kernel from 6.7, as uname says');
  });
});

it('what the tracer counted has its form', async () => {
  const folder = copyOf();
  writeFileSync(join(folder, 'tracestats'), 'entries: 9\noverrun: none\n');
  expect(await refusal(folder)).toMatchObject({
    file: join(folder, 'tracestats'),
    line: 2,
    expected: 'a line of tracestats',
  });
});
