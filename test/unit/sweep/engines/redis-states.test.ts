import { afterAll, describe, expect, it } from 'vitest';
import { openStates } from '../../../../src/sweep/engines/redis-states.ts';
import { hasRedis, startRedis } from '../../../support/redis.ts';

describe.skipIf(!hasRedis)('states on a server (needs redis-server)', () => {
  const started = startRedis();
  afterAll(async () => (await started).server.kill('SIGKILL'));
  const told: string[] = [];
  const open = async (): ReturnType<typeof openStates> =>
    openStates((await started).url, (line) => void told.push(line));

  it('are there for whoever comes next: the last of each job', async () => {
    const states = await open();
    for (const byte of [1, 2, 3]) states.keep('a', Uint8Array.of(byte, 0, 255));
    states.keep('b', Uint8Array.of(9));
    await states.close();
    const others = await open();
    expect([...((await others.of('a')) ?? [])]).toEqual([3, 0, 255]);
    expect([...((await others.of('b')) ?? [])]).toEqual([9]);
    expect(await others.of('c')).toBeUndefined();
    await others.close();
  });

  it('are gone when their job has ended, also one that is on its way then', async () => {
    const states = await open();
    states.keep('a', Uint8Array.of(1));
    states.keep('a', Uint8Array.of(2));
    states.forget('a');
    await states.close();
    const others = await open();
    expect(await others.of('a')).toBeUndefined();
    await others.close();
  });

  it('that Redis cannot take are told', async () => {
    const states = await open();
    states.keep('large', new Uint8Array(513 * 2 ** 20));
    await states.close();
    expect(told).toEqual([expect.stringMatching(/^large: its state is not kept this time: /)]);
  });
});
