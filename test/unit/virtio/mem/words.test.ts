import { expect, it } from 'vitest';
import { encodeRequest, encodeResponse } from '../../../../src/virtio/mem/request.ts';
import { memWords } from '../../../../src/virtio/mem/words.ts';

const BLOCK_BYTES = 2 ** 21;

function wordsOf(type: number, answer: number): string {
  const said = encodeRequest({ type, addr: 2 ** 32, blocks: 64 });
  const answered = encodeResponse({ type: answer, state: 0 });
  const message = { queue: 0, head: 0, buffers: [], said, answered };
  const { asked, answer: answerText } = memWords(message, BLOCK_BYTES);
  return `${asked} → ${answerText}`;
}

it('a request says what and where, its answer whether', () => {
  expect(wordsOf(0, 0)).toBe('plug 64 × 2 MiB at 4096 MiB → done');
  expect(wordsOf(1, 2)).toBe('unplug 64 × 2 MiB at 4096 MiB → busy');
  expect(wordsOf(2, 1)).toBe('unplug all → refused');
});
