/** What a message on a ring says, for people. */

import { BalloonDevice } from './balloon/device.ts';
import { balloonWords } from './balloon/words.ts';
import { CZoneDevice } from './czone/device.ts';
import { czoneWords } from './czone/words.ts';
import type { DeviceModel } from './device.ts';
import { MemDevice } from './mem/device.ts';
import { memWords } from './mem/words.ts';
import type { MessageWords } from './message-words.ts';
import type { RingMessage } from './queue/watched-queue.ts';

/** A message of a balloon, virtio-mem or czone-virtio; of others its lengths. */
export function messageWords(model: DeviceModel, message: RingMessage): MessageWords {
  const { queue, said, answered } = message;
  if (model instanceof CZoneDevice) return czoneWords(message);
  if (model instanceof MemDevice) return memWords(message, model.blockBytes);
  const role = model instanceof BalloonDevice ? model.role(queue) : undefined;
  if (role !== undefined) return balloonWords(role, message);
  return { queue: `${queue}`, asked: `${said.length} bytes`, answer: `${answered.length} bytes` };
}
