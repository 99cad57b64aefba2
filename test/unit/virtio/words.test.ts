import { expect, it } from 'vitest';
import { messageWords } from '../../../src/virtio/index.ts';
import { HoldingModel, V1 } from '../../support/virtio-model.ts';

it('a message of a device that has no words for it is told by its lengths', () => {
  const message = { queue: 1, head: 0, buffers: [] };
  const [said, answered] = [new Uint8Array(24), new Uint8Array(16)];
  expect(messageWords(new HoldingModel(5, V1, [8], 8), { ...message, said, answered })).toEqual({
    queue: '1',
    asked: '24 bytes',
    answer: '16 bytes',
  });
});
