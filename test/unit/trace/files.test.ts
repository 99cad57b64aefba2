import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openTrace } from '../../../src/trace/index.ts';
import { faultOf } from '../../support/trace-folders.ts';
import { folderWith } from '../../support/folder.ts';

const seed = 1;

describe('what lies beside a trace', () => {
  it('is left alone when it is a folder, a FIFO or a link to nowhere', () => {
    const pair = folderWith({
      'trace.csv': 'func_name,invoke_time_ms\nf,0\n',
      'meta.csv': 'func_name,cold_dur_ms,warm_dur_ms,mem_mb\nf,10,5,100\n',
    });
    const alone = folderWith({ 'a.csv': 'app,func,end_timestamp,duration\na,f,10.5,1\n' });
    const days = folderWith({
      'invocations_per_function_md.anon.d01.csv':
        'HashOwner,HashApp,HashFunction,Trigger,1\no,a,f,http,3\n',
    });
    for (const folder of [pair, alone]) {
      mkdirSync(join(folder, 'sub.csv'));
      writeFileSync(join(folder, '._a.csv'), 'app,func,end_timestamp,duration\nb,f,9,1\n');
      writeFileSync(join(folder, '.trace.csv'), 'func_name,invoke_time_ms\ng,0\n');
      symlinkSync('/nonexistent', join(folder, 'z.csv'));
      symlinkSync('loop.csv', join(folder, 'loop.csv'));
      execFileSync('mkfifo', [join(folder, 'pipe.csv')]);
    }
    for (const table of ['invocations_per_function_md', 'app_memory_percentiles']) {
      mkdirSync(join(days, `${table}.anon.d02.csv`));
    }
    expect(openTrace(join(pair, 'trace.csv'), { seed }).invocations).toBe(1);
    expect(openTrace(pair, { seed }).invocations).toBe(1);
    expect(openTrace(alone, { seed }).invocations).toBe(1);
    expect(openTrace(days, { seed }).invocations).toBe(3);
  });

  it('is named when it is the trace, packed or in another form', () => {
    const folder = folderWith({ 'invocations.csv.xz': 'x', 'other.csv': 'a,b\n' });
    expect(faultOf(() => openTrace(folder, { seed })).found).toBe(
      'a folder without any of their files ("invocations.csv.xz", an xz file, which is not read: unpack it (unxz))',
    );
    const parquet = folderWith({ calls: 'PAR1....PAR1', 'day.tar.xz': 'x' });
    expect(faultOf(() => openTrace(join(parquet, 'calls'), { seed })).found).toContain('Parquet');
    expect(faultOf(() => openTrace(join(parquet, 'day.tar.xz'), { seed })).found).toContain('tar');
  });
});
