// What drivers put on the rings of their devices during a step, and what the devices answered.

import { FUNCTION, OBJECT, expectShape } from '../check/index.ts';
import { type Balloon, type MessageWords, type RingMessage, messageWords } from '../vmm/index.ts';

/** Messages of a device that are shown of a step, the last ones. */
const SHOWN = 12;
const DESCRIPTORS_SHOWN = 3;

export interface ShownMessage extends MessageWords {
  /** Its descriptors in words. */
  readonly descriptors: string;
}

export interface DeviceMessages {
  readonly device: string;
  /** How many there were. */
  readonly count: number;
  readonly last: readonly ShownMessage[];
}

/** What all devices with rings have. */
type Ringed = Pick<Balloon, 'device'>;

function descriptorsText({ head, buffers }: RingMessage): string {
  const told = buffers.slice(0, DESCRIPTORS_SHOWN).map(({ addr, lengthBytes, isWritable }) => {
    return `${lengthBytes} B at 0x${addr.toString(16)} to ${isWritable ? 'write' : 'read'}`;
  });
  const rest = buffers.length - told.length;
  return `${head}: ${told.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

export class Rings {
  readonly #heard: { device: string; count: number; last: ShownMessage[] }[] = [];

  watch(name: string, ringed: Ringed): void {
    const { device } = expectShape('ringed', ringed, {
      device: { watch: FUNCTION, model: OBJECT },
    });
    const heard = { device: name, count: 0, last: [] as ShownMessage[] };
    this.#heard.push(heard);
    device.watch((message) => {
      heard.count += 1;
      heard.last.push({
        ...messageWords(device.model, message),
        descriptors: descriptorsText(message),
      });
      if (heard.last.length > SHOWN) heard.last.shift();
    });
  }

  /** Messages since the last time, of each device that had any. */
  take(): DeviceMessages[] {
    const taken = this.#heard.filter(({ count }) => count > 0).map((heard) => ({ ...heard }));
    for (const heard of this.#heard) {
      heard.count = 0;
      heard.last = [];
    }
    return taken;
  }
}
