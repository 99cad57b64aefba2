import { expect, it } from 'vitest';
import { Listener, type ReplayEvent } from '../../../src/replay/listener.ts';

it('tells what happens to which container, how many there are and what they hold', () => {
  const told: ReplayEvent[] = [];
  const account = new Float64Array([1, 1]);
  const other = new Float64Array([1]);
  const listener = new Listener('s', [account, other], (event) => told.push(event));
  listener.started(5, 7, 10);
  listener.tell('ready', 5, 20);
  listener.tell('call', 5, 20);
  listener.started(6, 7, 25);
  account[0] = 3;
  listener.tell('end', 5, 30, true);
  listener.tell('call', 5, 40);
  listener.tell('end', 5, 50, true);
  listener.tell('stop', 5, 60);
  listener.started(5, 8, 70);
  const rows = told.map((event) => [event.kind, event.container, event.busy, event.idle]);
  expect(rows).toEqual([
    ['start', 0, 1, 0],
    ['ready', 0, 1, 0],
    ['call', 0, 1, 0],
    ['start', 1, 2, 0],
    ['end', 0, 1, 1],
    ['call', 0, 2, 0],
    ['end', 0, 1, 1],
    ['stop', 0, 1, 0],
    ['start', 2, 2, 0],
  ]);
  expect(told.filter(({ kind }) => kind === 'call').map(({ isCold }) => isCold)).toEqual([
    true,
    false,
  ]);
  expect(told.map(({ heldBytes }) => heldBytes / 4096)).toEqual([3, 3, 3, 3, 5, 5, 5, 5, 5]);
  expect(told.at(-1)).toMatchObject({ system: 's', functionId: 8, atMs: 70 });
});
