import { describe, expect, it } from 'vitest';
import { eventLine, fieldOf, isBetween, saysLost } from '../../../../src/recording/import/line.ts';

describe('a line of an event', () => {
  it('of perf script has its system before the event, and no flags', () => {
    const text =
      '            perf 31415 [001] 59665.496264:                        kmem:mm_page_alloc: page=0x1cf83d pfn=0x1cf83d order=0 migratetype=0 gfp_flags=GFP_HIGHUSER|__GFP_ACCOUNT';
    expect(eventLine(text)).toEqual({
      tool: 'perf',
      comm: 'perf',
      pid: 31_415,
      cpu: 1,
      flags: '.....',
      timeUs: 59_665_496_264,
      event: 'mm_page_alloc',
      fields:
        'page=0x1cf83d pfn=0x1cf83d order=0 migratetype=0 gfp_flags=GFP_HIGHUSER|__GFP_ACCOUNT',
    });
  });

  it.each([
    [
      'perf  6429 [000]    22.498450:             kmem:mm_page_alloc: page=0x176a17 pfn=1534487',
      6429,
    ],
    ['  HTTP Client 700/701 [003]  22.498450123:  1  kmem:mm_page_free: pfn=0x17 order=0', 701],
  ])('of perf may have spaces in its name, a group, a period and nanoseconds: %s', (text, pid) => {
    expect(eventLine(text)).toMatchObject({ tool: 'perf', pid, timeUs: 22_498_450 });
  });

  it.each([
    [
      'trace-cmd',
      'make-16810 [004] .....  2319.000857: mm_page_alloc:        page=0xffffea00001347a7',
      '.....',
    ],
    [
      'trace-cmd of before',
      '     sh-1379  [002]   353.397813: mm_page_free:         page=0x1 pfn=1 order=0',
      '.....',
    ],
    [
      'four flags',
      '          <idle>-0     [002] d.s1   353.397813: mm_page_free: page=0x1 pfn=1',
      'd.s1.',
    ],
    [
      'tracefs with groups',
      'arch_disk_io_2-33642 (33566) [001] d..2. 2940.190402: mm_page_free: pfn=0x1',
      'd..2.',
    ],
    [
      'a dash in the name',
      '  kworker/0:1-eve-12 [000] .....  1.000000: mm_page_free: pfn=0x1',
      '.....',
    ],
  ])('of %s has task and number joined', (_, text, flags) => {
    expect(eventLine(text)).toMatchObject({ tool: 'trace-cmd', flags });
    expect(eventLine(text)?.event).toMatch(/^mm_page_(?:alloc|free)$/);
  });

  it('is nothing else', () => {
    expect(eventLine('cpus=8')).toBeUndefined();
    expect(eventLine('bash-12 [000] mm_page_free: pfn=0x1')).toBeUndefined();
  });
});

it.each([
  'CPU:7 [204600 EVENTS DROPPED]',
  'CPU:0 [LOST 12 EVENTS]',
  '            perf 31415 [001] 59666.021157: PERF_RECORD_LOST lost 45228',
  'Processed 1802725 samples and lost 12.91%!',
])('lost events are known: %s', (text) => {
  expect(saysLost(text)).toBe(true);
});

it.each([
  '',
  'version = 6',
  'cpus=8',
  '# tracer: nop',
  '\tffffffffbe23e32e __alloc_pages+0x22e (vmlinux)',
])('between events may stand %j', (text) => {
  expect(isBetween(text)).toBe(true);
  expect(saysLost(text)).toBe(false);
});

it('a value is found by its whole key', () => {
  expect(fieldOf('comm=a pid=12 child_pid=13', 'pid')).toBe('12');
  expect(fieldOf('child_pid=13', 'pid')).toBeUndefined();
});
