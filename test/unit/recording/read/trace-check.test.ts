import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCapture } from '../../../../src/recording/read/index.ts';
import { copyOf, refusal, rewrite, withNth } from '../../../support/recorded.ts';

const ALLOC = 'mm_page_alloc: ';
const FREE = 'mm_page_free: ';
const BATCHED = 'mm_page_free_batched: ';

/** What a recording is refused with when its trace is changed. */
async function refused(
  change: (lines: string[]) => readonly string[],
  name?: string,
): Promise<{
  line: number;
  expected: string;
  found: string;
}> {
  const folder = copyOf(name);
  rewrite(folder, 'trace.txt', change);
  const { file, line, expected, found } = await refusal(folder);
  expect(file).toBe(join(folder, 'trace.txt'));
  return { line, expected, found };
}

function moved(line: string): string {
  return line.replace(/zone_start=0x\w+/, 'zone_start=0x2a');
}

/** Lines with a header that counts them. */
function counted(lines: readonly string[]): string[] {
  const events = lines.filter((line) => line !== '' && !line.startsWith('#')).length;
  return lines.map((line) =>
    line.replace(/entries-written: \d+\/\d+/, `entries-written: ${events}/${events}`),
  );
}

it.each(['tracestats', 'extrastats'])(
  'a recording whose %s count lost events is refused',
  async (name) => {
    const folder = copyOf();
    writeFileSync(join(folder, name), 'entries: 9\noverrun: 0\nentries: 7\noverrun: 12\n');
    expect(await refusal(folder)).toMatchObject({
      file: join(folder, name),
      line: 4,
      expected: 'a trace with all its events',
      found: 'overrun: 12',
    });
  },
);

describe('a trace', () => {
  it('cut at a line’s end, or without a header that counts, is refused', async () => {
    expect(await refused((lines) => [...lines.slice(0, -400), ''])).toMatchObject({
      line: 3,
      expected: '7704 events, as its header counts',
    });
    expect((await refused((lines) => withNth(lines, ALLOC, 5, () => undefined))).found).toBe(
      '7703 events',
    );
    const bare = await refused((lines) => lines.filter((line) => !line.startsWith('#')));
    expect(bare.expected).toContain('entries-written');
  });

  it('that lost events says so with the line', async () => {
    const lost = await refused((lines) => [
      ...lines.slice(0, 100),
      'CPU:0 [LOST 12 EVENTS]',
      ...lines.slice(100),
    ]);
    expect(lost).toEqual({
      line: 101,
      expected: 'a trace with all its events',
      found: "'CPU:0 [LOST 12 EVENTS]'",
    });
    const fewer = await refused((lines) =>
      withNth(lines, 'entries-written', 1, (line) => line.replace('/7704', '/9704')),
    );
    expect(fewer.line).toBe(3);
  });

  it.each(['start', 'end'])(
    'without its mark %s, or with two of them, is refused',
    async (label) => {
      const mark = `pagestate ${label}`;
      const without = await refused((lines) =>
        counted(lines.filter((line) => !line.includes(mark))),
      );
      expect(without).toMatchObject({ expected: `the mark '${mark}'`, found: 'none' });
      const twice = await refused((lines) =>
        counted(lines.flatMap((line) => (line.includes(mark) ? [line, line] : [line]))),
      );
      expect(twice.expected).toBe(`the mark '${mark}' once`);
    },
  );

  it('with a bulk call that begins twice, ends twice or takes more than it asked for is refused there', async () => {
    const twice = async (text: string) =>
      refused((lines) =>
        counted(lines.flatMap((line) => (line.includes(text) ? [line, line] : line))),
      );
    expect(await twice('page_bulk_begin: ')).toMatchObject({
      expected: 'page_bulk_end of the one before',
      found: 'a begin',
    });
    expect((await twice('page_bulk_end: ')).expected).toBe('page_bulk_begin before it');
    const more = await refused((lines) =>
      withNth(lines, 'page_bulk_end: ', 1, (line) => line.replace(/taken=\d+/, 'taken=999')),
    );
    expect(more).toMatchObject({
      expected: expect.stringMatching(/^taken=\d+ at most$/),
      found: '999',
    });
  });

  it('with a run of compaction that begins twice, in no zone, or ends in another is refused there', async () => {
    const name = 'linux-6.12-report-oom-256';
    const [begin, end] = ['mm_compaction_begin: ', 'mm_compaction_end: '];
    const twice = await refused(
      (lines) => counted(lines.flatMap((line) => (line.includes(begin) ? [line, line] : line))),
      name,
    );
    expect(twice.expected).toBe('mm_compaction_end of the one before');
    const nowhere = await refused((lines) => withNth(lines, begin, 1, moved), name);
    expect(nowhere).toMatchObject({ expected: 'zone_start of a zone', found: '0x2a' });
    const elsewhere = await refused((lines) => withNth(lines, end, 1, moved), name);
    expect(elsewhere).toMatchObject({ expected: 'zone_start=0x1', found: '0x2a' });
  });

  it('that began amid a call of the bulk allocator is taken', async () => {
    const folder = copyOf();
    rewrite(folder, 'trace.txt', (lines) => {
      const begin = lines.findIndex((line) => line.includes('page_bulk_begin: '));
      expect(begin).toBeGreaterThan(0);
      return counted(lines.toSpliced(begin, 1));
    });
    expect((await openCapture(folder)).folder).toBe(folder);
  });

  it('with a batched free whose free is gone, or of an order, is refused there', async () => {
    const gone = await refused((lines) => {
      const batched = lines.findIndex((line, i) => i > 4000 && line.includes(BATCHED));
      const pfn = / pfn=\S+ /.exec(lines[batched] ?? '')?.[0] ?? '?';
      let free = batched;
      while (!(lines[free] ?? '').includes(FREE) || !(lines[free] ?? '').includes(pfn)) free -= 1;
      return counted(lines.toSpliced(free, 1));
    });
    expect(gone.expected).toMatch(/^mm_page_free of frame 0x[0-9a-f]+ before its batched free$/);
    expect(gone.line).toBeGreaterThan(4000);
    const raised = await refused((lines) =>
      withNth(lines, BATCHED, 300, (line) => line.replace('order=0', 'order=1')),
    );
    expect(raised.expected).toBe('order below 1');
  });

  it('with flags that ask for another type or a lower zone is refused there', async () => {
    const type = await refused((lines) =>
      withNth(lines, 'GFP_HIGHUSER_MOVABLE', 40, (line) =>
        line.replace(/gfp_flags=.*/, 'gfp_flags=GFP_ATOMIC'),
      ),
    );
    expect(type).toMatchObject({ expected: 'migratetype 0, as gfp_flags ask for', found: '1' });
    const zone = await refused((lines) =>
      withNth(lines, 'gfp_flags=GFP_KERNEL', 40, (line) =>
        line.replace('gfp_flags=', 'gfp_flags=__GFP_DMA|'),
      ),
    );
    expect(zone).toMatchObject({
      expected: 'a frame of a zone that gfp_flags allow',
      found: 'one of zone DMA32',
    });
  });
});
