import { describe, expect, it } from 'vitest';
import {
  EngineError,
  connect,
  isRedis,
  packed,
  queueName,
  shownUrl,
  unpacked,
} from '../../../../src/sweep/engines/connection.ts';
import { results } from '../../../support/report.ts';

describe('a server of jobs', () => {
  it('is known by its scheme, and shown without its password', () => {
    expect(
      ['redis://a', 'rediss://a', 'valkey://a', 'threads', 'a/redis://b'].map(isRedis),
    ).toEqual([true, true, true, false, false]);
    expect(shownUrl('redis://user:secret@host:6379/2')).toBe('redis://host:6379/2');
  });

  it('that does not answer is one line', async () => {
    const failed = connect('redis://user:secret@127.0.0.1:1');
    await expect(failed).rejects.toThrow(EngineError);
    await expect(failed).rejects.toThrow(
      /^redis:\/\/127.0.0.1:1: cannot be reached: .*ECONNREFUSED/,
    );
    await expect(connect('redis://:x:')).rejects.toThrow(/expected redis:\/\/HOST:PORT/);
  });

  it('of which there can be none is refused without its password, before it is shown', () => {
    for (const host of ['x\u001b[2J', ':x:', 'a:99999']) {
      expect(() => shownUrl(`redis://user:secret@${host}`)).toThrow(
        new EngineError(`redis://${host}: expected redis://HOST:PORT`),
      );
    }
  });

  it('has a queue for each program', () => {
    expect(queueName()).toMatch(/^guestmem-[0-9a-f]{8}$/);
  });

  it('keeps results small, and gives them back', () => {
    const text = packed(results());
    expect(text.length).toBeLessThan(JSON.stringify(results()).length);
    expect(unpacked(text)).toEqual(results());
  });
});
