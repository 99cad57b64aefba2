// QEMU's machine protocol: a line of JSON each way, over a socket.

import { type Socket, connect } from 'node:net';
import { createInterface } from 'node:readline';
import { RecordingFailed } from './error.ts';

type Answer = { readonly return?: unknown; readonly error?: { readonly desc?: string } };

export class Qmp {
  readonly #socket: Socket;
  readonly #waiting: ((answer: Answer) => void)[] = [];

  private constructor(socket: Socket) {
    this.#socket = socket;
    const lines = createInterface({ input: socket });
    lines.on('line', (line) => {
      const message = JSON.parse(line) as Answer;
      if ('return' in message || 'error' in message) this.#waiting.shift()?.(message);
    });
  }

  static async open(path: string): Promise<Qmp> {
    const socket = connect(path);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    // QEMU leaves when the guest powers off
    socket.on('error', () => {});
    const qmp = new Qmp(socket);
    await qmp.ask('qmp_capabilities');
    return qmp;
  }

  async ask(execute: string, asked: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    const answer = await new Promise<Answer>((resolve) => {
      this.#waiting.push(resolve);
      this.#socket.write(`${JSON.stringify({ execute, arguments: asked })}\n`);
    });
    if (answer.error === undefined) return answer.return;
    throw new RecordingFailed(`QEMU refused ${execute}: ${answer.error.desc ?? ''}`);
  }

  close(): void {
    this.#socket.destroy();
  }
}
