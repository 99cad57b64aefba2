import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CALLS_PARQUET_WRITER } from '../../../src/trace/write-parquet.ts';
import { loadTrace, rowsOf } from '../../../src/trace/index.ts';
import { folderWith } from '../../support/folder.ts';
import { smallTrace } from '../../support/traces.ts';

it('calls.parquet is read as the same calls, and has its mark', async () => {
  const trace = smallTrace();
  const [file] = CALLS_PARQUET_WRITER.render(trace);
  const content = Buffer.from(file?.content as Uint8Array);
  expect(CALLS_PARQUET_WRITER.files[0]?.mark.test(content.toString('latin1'))).toBe(true);
  const folder = folderWith({ 'calls.parquet': content });
  const again = await loadTrace(join(folder, 'calls.parquet'), { seed: 9 });
  const [drawn, read] = [rowsOf(trace), rowsOf(again)];
  expect(read.startMs).toEqual(drawn.startMs);
  expect(read.durationMs).toEqual(drawn.durationMs);
  const triggers = Object.fromEntries(trace.functions.map(({ name, trigger }) => [name, trigger]));
  for (const { name, trigger } of again.functions) expect(trigger).toBe(triggers[name]);
});
