/** What a step is said to have done. */
import { describe, expect, it } from 'vitest';
import { Session } from '../../../src/play/session.ts';

function sessionOf(...lines: readonly string[]): Session {
  const session = new Session();
  for (const line of lines) session.run(line);
  return session;
}

describe('a step', () => {
  it('has its operations, their price and the messages of its device', () => {
    const session = sessionOf('boot 256');
    const { operations, costUs, exits } = session.run('inflate 2');
    expect(Object.fromEntries(operations)).toMatchObject({ balloonInflatePage: 512 });
    expect(costUs).toBeGreaterThan(0);
    expect(Object.fromEntries(exits)['balloon']).toBeGreaterThan(0);
  });

  it('that begins has what starting the VM takes', () => {
    const { operations } = new Session().run('boot 256');
    expect(Object.fromEntries(operations)).toMatchObject({ vmmStart: 1, kernelBoot: 1 });
  });

  it('says whose pages are on the map', () => {
    const { about } = sessionOf('boot 256', 'start web', 'touch web 1').run('wait 1');
    expect(about.owners).toEqual(['web']);
  });

  it('begins once, and what the library refuses is said of it', () => {
    expect(() => sessionOf('boot 256').run('boot 256')).toThrow('has begun already');
    expect(() => new Session().run('boot 64')).toThrow('128 MiB or more');
    expect(() => sessionOf('boot 256 zones=64').run('start a zone=0')).toThrow(/^start: /);
  });
});
