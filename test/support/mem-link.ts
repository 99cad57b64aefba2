/** What a mode of the virtio-mem driver stands on, scripted: requests, the kernel, the clock of config changes. */

import { MIB, TestMemGuest } from './virtio-mem.ts';
import type { MemLink, Outcome, Work } from '../../src/virtio/mem/driver-link.ts';

export const REGION: number = 4096 * MIB;

/** Addresses in the log are MiB from the region's start. */
export class TestLink implements MemLink {
  readonly guest: TestMemGuest = new TestMemGuest();
  unplugsOnline: boolean = true;
  /** Memory that may still be added before some is onlined. */
  roomBytes: number = Infinity;
  offlineBytes = 0;
  retries = 0;
  readonly log: string[] = [];
  /** Answers of coming requests; 'ok' when there is none. */
  readonly answers: Outcome[] = [];
  fakeOfflineResult: Outcome | undefined;

  *sendPlug(addr: number, lengthBytes: number): Work<Outcome> {
    yield;
    return this.#request('plug', addr, lengthBytes);
  }

  *sendUnplug(addr: number, lengthBytes: number): Work<Outcome> {
    yield;
    return this.#request('unplug', addr, lengthBytes);
  }

  fakeOffline(addr: number, lengthBytes: number): 'ok' | 'busy' | 'no-memory' | 'again' {
    if (this.fakeOfflineResult !== undefined) return this.fakeOfflineResult as 'again';
    return this.guest.fakeOffline(addr, lengthBytes);
  }

  skipped(addr: number, lengthBytes: number): void {
    this.log.push(`skip ${this.#place(addr, lengthBytes)}`);
  }

  canAdd(lengthBytes: number): boolean {
    return this.offlineBytes + lengthBytes <= this.roomBytes;
  }

  offlineChanged(lengthBytes: number): void {
    this.offlineBytes += lengthBytes;
  }

  retry(): void {
    this.retries++;
  }

  /** The log since the last call. */
  takeLog(): string[] {
    return this.log.splice(0);
  }

  #request(kind: string, addr: number, lengthBytes: number): Outcome {
    const answer = this.answers.shift() ?? 'ok';
    const refused = answer === 'ok' ? '' : ` ${answer}`;
    this.log.push(`${kind} ${this.#place(addr, lengthBytes)}${refused}`);
    return answer;
  }

  #place(addr: number, lengthBytes: number): string {
    return `${(addr - REGION) / MIB}+${lengthBytes / MIB}`;
  }
}

/** Runs a step of the driver to its end, the device answering at once. */
export function finish(work: Work<Outcome>): Outcome {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}
