import { expect, it } from 'vitest';
import { balloonWords } from '../../../../src/virtio/balloon/words.ts';

const NOTHING = new Uint8Array();

function messageOf(said: Uint8Array): Parameters<typeof balloonWords>[1] {
  return { queue: 0, head: 0, buffers: [], said, answered: NOTHING };
}

it('frames of a page list are told in ascending order, neighbours together', () => {
  const said = new Uint8Array(Uint32Array.of(9, 5, 4, 10, 0).buffer);
  expect(balloonWords('inflate', messageOf(said)).asked).toBe('have 5 pages: 0, 4–5, 9–10');
  expect(balloonWords('deflate', messageOf(said)).asked).toBe('back come 5 pages: 0, 4–5, 9–10');
});

it('statistics have their names', () => {
  const said = Uint8Array.of(4, 0, 0, 16, 0, 0, 0, 0, 0, 0);
  expect(balloonWords('stats', messageOf(said)).asked).toBe('freeBytes 4096');
});

it('hints are commands and free pages', () => {
  const command = (id: number): string => {
    return balloonWords('hinting', messageOf(new Uint8Array(Uint32Array.of(id).buffer))).asked;
  };
  expect([command(0), command(1), command(7)]).toEqual(['stop', 'done', 'hints of command 7']);
  const buffers = [{ addr: 8192, lengthBytes: 8192, isWritable: true }];
  const message = { ...messageOf(NOTHING), buffers };
  expect(balloonWords('hinting', message).asked).toBe('free: 2 pages: 2–3');
});
