import { describe, expect, it } from 'vitest';
import { openTrace } from '../../../src/trace/index.ts';
import { folderWith } from '../../support/folder.ts';

const seed = 1;

describe('a name', () => {
  it('with the sign that joins names stays apart from its neighbours', () => {
    const folder = folderWith({
      'a.csv': 'app,func,end_timestamp,duration\na/b,c,10.5,1\na,b/c,11,1\na%2Fb,c,12,1\n',
    });
    const { functions } = openTrace(folder, { seed });
    expect(functions.map(({ app, name }) => `${app} ${name}`)).toEqual([
      'a/b c',
      'a b/c',
      'a%2Fb c',
    ]);
  });
});
