import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openTrace } from '../../../src/trace/index.ts';
import { faultOf } from '../../support/trace-folders.ts';
import { folderWith } from '../../support/folder.ts';

const seed = 1;

describe('a name', () => {
  it('that is not UTF-8 is refused with its line', () => {
    const bytes = Buffer.from('app,func,end_timestamp,duration\na,f,1,1\na,g\xe9,2,1\n', 'latin1');
    const folder = folderWith({ 'a.csv': bytes });
    const fault = faultOf(() => openTrace(folder, { seed }));
    expect(fault).toMatchObject({ file: join(folder, 'a.csv'), line: 3, expected: 'UTF-8 text' });
  });
});
