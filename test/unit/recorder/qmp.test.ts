import { createServer } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Qmp } from '../../../src/recorder/qmp.ts';
import { emptyFolder } from '../../support/folder.ts';

/** A machine that answers each command by its name, with an event before it. */
async function machine(): Promise<{ socket: string; asked: unknown[] }> {
  const socket = path.join(emptyFolder(), 's');
  const asked: unknown[] = [];
  const server = createServer((client) => {
    client.write('{"QMP": {"version": {}}}\n');
    createInterface({ input: client }).on('line', (line) => {
      const command = JSON.parse(line) as { execute: string };
      asked.push(command);
      client.write('{"event": "BALLOON_CHANGE"}\n');
      client.write(
        command.execute === 'wrong' ? '{"error": {"desc": "no such"}}\n' : '{"return": 7}\n',
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  onTestFinished(() => void server.close());
  return { socket, asked };
}

describe('QEMU’s protocol', () => {
  it('begins with capabilities, and gives each command its own answer', async () => {
    const { socket, asked } = await machine();
    const qmp = await Qmp.open(socket);
    expect(await Promise.all([qmp.ask('a'), qmp.ask('b', { value: 1 })])).toEqual([7, 7]);
    expect(asked).toEqual([
      { execute: 'qmp_capabilities', arguments: {} },
      { execute: 'a', arguments: {} },
      { execute: 'b', arguments: { value: 1 } },
    ]);
    qmp.close();
  });

  it('says what was refused', async () => {
    const { socket } = await machine();
    const qmp = await Qmp.open(socket);
    await expect(qmp.ask('wrong')).rejects.toThrow('QEMU refused wrong: no such');
    qmp.close();
  });
});
