import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { framesAt, readSession, readSessionFolder } from '../../../src/trace/sessions.ts';
import type { Session } from '../../../src/trace/index.ts';
import { SESSION_FILES, faultOf, lines, samples, withRows } from '../../support/trace-folders.ts';
import { folderWith } from '../../support/folder.ts';

const seed = 1;
const SESSIONS = join(samples, 'agent-sessions');

function memoryOf(...rows: string[]): string {
  return folderWith({ 'x.memory.csv': lines('time_s,memory_bytes,cpu_percent', ...rows) });
}

const fault = (...rows: string[]): unknown =>
  faultOf(() => readSessionFolder(memoryOf(...rows), { seed }));

describe('sessions', () => {
  it('are one call each of a function of their own, with memory over time and tools by start', () => {
    const trace = withRows(readSessionFolder(folderWith(SESSION_FILES), { seed }));
    expect(trace).toMatchObject({ format: 'sessions', invocations: 1, spanMs: 300_000 });
    expect([...trace.startMs]).toEqual([0]);
    expect([...trace.durationMs]).toEqual([250_500]);
    const [session] = trace.sessions ?? [];
    expect([...(session?.memory.atMs ?? [])]).toEqual([0, 1056, 241_000]);
    expect([...(session?.memory.frames ?? [])]).toEqual([1000, 2000, 0]);
    expect(session?.tools).toEqual([
      { tool: 'Bash', startMs: 1000, endMs: 250_500 },
      { tool: 'Glob', startMs: 8600, endMs: 9000 },
    ]);
    const mean = (1000 * 1056 + 2000 * (241_000 - 1056)) / 241_000 / 256;
    expect(trace.functions[0]?.memoryMib).toBeCloseTo(mean, 9);
  });

  it('hold what the last sample said until the next', () => {
    const memory = (readSessionFolder(folderWith(SESSION_FILES), { seed }).sessions as Session[])[0]
      ?.memory as Session['memory'];
    const at = [0, 1055.9, 1056, 240_999, 241_000, 1e9];
    expect(at.map((ms) => framesAt(memory, ms))).toEqual([1000, 1000, 2000, 2000, 0, 0]);
  });

  it('may lack tools, begin late, or be one file of several', () => {
    const folder = memoryOf('2,4096,1', '3,8192,1');
    const { sessions, name } = readSession(join(folder, 'x.memory.csv'), { seed });
    expect(name).toBe('x');
    expect(sessions?.[0]?.tools).toEqual([]);
    expect([...(sessions?.[0]?.memory.frames ?? [])]).toEqual([0, 1, 2]);
  });

  it('with a time that goes back, bytes that are none or no sample are refused at the cell', () => {
    expect(fault('1,4096,1', '0.5,1,1')).toMatchObject({
      line: 3,
      column: 1,
      header: 'time_s',
      expected: 'a time not before the last',
      found: '"0.5"',
    });
    expect(fault('1,-4096,1')).toMatchObject({ line: 2, header: 'memory_bytes' });
    expect(fault()).toMatchObject({ expected: 'at least one sample' });
    const tools = folderWith({
      ...SESSION_FILES,
      'a.tools.csv': lines('start_s,end_s,tool', '5,4,Bash'),
    });
    expect(faultOf(() => readSessionFolder(tools, { seed }))).toMatchObject({
      file: join(tools, 'a.tools.csv'),
      line: 2,
      column: 2,
      expected: 'an end not before the start',
    });
  });

  it.skipIf(!existsSync(SESSIONS))('samples in ../shared/traces: 24, memory as in the CSV', () => {
    const { sessions = [], functions } = readSessionFolder(SESSIONS, { seed });
    expect(sessions).toHaveLength(24);
    for (const { functionId, memory } of sessions) {
      const { name } = functions[functionId] as { name: string };
      const rows = readFileSync(join(SESSIONS, `${name}.memory.csv`), 'utf8')
        .trim()
        .split('\n');
      for (const row of rows.slice(1)) {
        const [seconds, bytes] = row.split(',').map(Number) as [number, number];
        expect(
          Math.abs(framesAt(memory, Math.round(seconds * 1e6) / 1e3) * 4096 - bytes),
        ).toBeLessThan(4096);
      }
    }
  });
});
