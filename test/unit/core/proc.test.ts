import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Core, buddyinfo, pagetypeinfo, zoneinfo } from '../../../src/core/index.ts';
import { type AllocatorState, loadState, saveState, stateFrames } from '../../../src/core/state.ts';
import { parsePageState } from '../../../src/recording/read/pagestate.ts';

/** Two zones of 2 and 4 MiB, a handful of blocks. */
const SMALL = `pagestate small pageblock_order 9 pcp_lists 14
zone DMA start 0 spanned 512 present 510 managed 500 min 1 low 2 high 3 boost 0 reserve 0 7 7 7 7 highatomic 0 flags 0
blocks 0
free 0 0 1 3
free 3 0 16
pcp count 0 high 0 high_min 0 high_max 0 batch 1 flags 0 alloc_factor 0 free_count 0
zone DMA32 start 4096 spanned 1024 present 1024 managed 1000 min 20 low 25 high 30 boost 4 reserve 0 0 0 0 0 highatomic 0 flags 0
blocks 1 4
free 1 1 4098
free 5 1 4128
free 8 4 4608
pcp count 3 high 60 high_min 30 high_max 90 batch 7 flags 0 alloc_factor 0 free_count 0
pcplist 1 4100 4102 4104
end
`;

function dumpOf(text: string): AllocatorState {
  const state = parsePageState(text, 'pagestate');
  const cpus = Math.max(1, ...state.zones.map((zone) => zone.pcps.length));
  const core = Core.create({ frames: stateFrames(state), cpus });
  loadState(core, state);
  return saveState(core, 'dump');
}

describe('a small state', () => {
  const state = dumpOf(SMALL);

  it('has the buddyinfo that Linux would print', () => {
    expect(buddyinfo(state)).toBe(
      'Node 0, zone      DMA      2      0      0      1      0      0      0      0      0      0      0 \n' +
        'Node 0, zone    DMA32      0      1      0      0      0      1      0      0      1      0      0 \n',
    );
  });

  it('has the pagetypeinfo that Linux would print', () => {
    const lines = pagetypeinfo(state).split('\n');
    expect(lines.slice(0, 3)).toEqual(['Page block order: 9', 'Pages per block:  512', '']);
    expect(lines[4]).toBe(
      'Node    0, zone      DMA, type    Unmovable      2      0      0      1      0      0      0      0      0      0      0 ',
    );
    expect(lines.slice(-3)).toEqual([
      'Node 0, zone      DMA            1            0            0            0            0 ',
      'Node 0, zone    DMA32            0            1            0            0            1 ',
      '',
    ]);
  });

  it('has the zoneinfo fields that are emulated; isolated frames are not free', () => {
    const second = zoneinfo(state).split('Node 0, zone    DMA32\n')[1];
    expect(second).toBe(
      [
        '  pages free     34',
        '        boost    4',
        '        min      20',
        '        low      25',
        '        high     30',
        '        promo    35',
        '        spanned  1024',
        '        present  1024',
        '        managed  1000',
        '        protection: (0, 0, 0, 0, 0)',
        '      nr_free_pages 34',
        '  pagesets',
        '    cpu: 0',
        '              count: 3',
        '              high:  60',
        '              batch: 7',
        '  start_pfn:           4096',
        '',
      ].join('\n'),
    );
  });
});

const captures = new URL('../../../../shared/captures/', import.meta.url);
const names = ['smoke-768', 'fifo-768', 'files-512', 'inflate-512', 'plug-384'];

/** Frames on the lists that a line of buddyinfo counts. */
function framesOf(line: string): number {
  const counts = line.trim().split(/\s+/).slice(4).map(Number);
  return counts.reduce((frames, blocks, order) => frames + blocks * 2 ** order, 0);
}

/** The kernel runs on between the state's mark and the reading of /proc: so many frames at most move meanwhile. */
const DRIFT_FRAMES = 64;

describe.each(names)('/proc after the recording linux-6.12-%s', (name) => {
  const folder = new URL(`linux-6.12-${name}/`, captures);
  const has = existsSync(folder);
  const read = (file: string): string => readFileSync(new URL(file, folder), 'utf8');

  it.skipIf(!has)('buddyinfo agrees (needs ../shared)', () => {
    const ours = buddyinfo(dumpOf(read('pagestate.end'))).split('\n');
    const kernel = read('buddyinfo.after').split('\n');
    expect(ours.length).toBe(kernel.length);
    let exact = 0;
    ours.forEach((line, i) => {
      const drift = framesOf(line) - framesOf(kernel[i] ?? '');
      expect(Math.abs(drift)).toBeLessThanOrEqual(DRIFT_FRAMES);
      if (drift !== 0) return;
      expect(line).toBe(kernel[i]);
      exact += 1;
    });
    expect(exact).toBeGreaterThanOrEqual(name === 'smoke-768' ? 3 : 2);
  });

  it.skipIf(!has)('pagetypeinfo agrees, but for lists that moved (needs ../shared)', () => {
    const ours = pagetypeinfo(dumpOf(read('pagestate.end'))).split('\n');
    const kernel = read('pagetypeinfo.after').split('\n');
    expect(ours.length).toBe(kernel.length);
    const differing = ours.filter((line, i) => line !== kernel[i]);
    expect(differing.length).toBeLessThanOrEqual(name === 'smoke-768' ? 0 : 3);
    for (const line of differing) expect(line).toMatch(/^Node {4}0, zone .{8}, type /);
  });

  it.skipIf(!has)('zoneinfo agrees, but for counts that moved (needs ../shared)', () => {
    const kernel = read('zoneinfo.after').split(/(?=^Node 0, zone)/m);
    const ours = zoneinfo(dumpOf(read('pagestate.end'))).split(/(?=^Node 0, zone)/m);
    for (const zone of ours) {
      const title = zone.split('\n')[0] ?? '';
      const real = kernel.find((text) => text.startsWith(title))?.split('\n') ?? [];
      for (const line of zone.split('\n')) {
        const moves = /^( {2}pages free| {6}nr_free_pages| +count:| +high:) +(\d+)$/.exec(line);
        if (moves === null) expect(real).toContain(line);
        else expect(real.some((other) => other.startsWith(moves[1] ?? '?'))).toBe(true);
      }
    }
  });
});
