import { expect, it } from 'vitest';
import { readGraph, writeGraph } from '../../../src/graph/index.ts';
import { MAP_KNOWN } from '../../../src/map/known.ts';
import { Owners } from '../../../src/map/owners.ts';

it('colours of containers go on where a state was written down', () => {
  const owners = new Owners();
  const code = owners.code('a', 'one');
  const read = readGraph(writeGraph({ owners }, MAP_KNOWN), MAP_KNOWN) as { owners: Owners };
  expect([read.owners.code('a', 'one'), read.owners.code('b', 'two')]).toEqual([code, code + 1]);
});
