/** Scripts as text: what is understood, and what is said of the rest. */
import { describe, expect, it } from 'vitest';
import { parseScript, parseStep } from '../../../src/play/script.ts';

describe('a script', () => {
  it('is a command a line, without remarks and empty lines', () => {
    const steps = parseScript('boot 256 zones=64 # a VM\n\n# nothing\r\nstart a 64 zone=32\n');
    expect(steps.map(({ text, words, options }) => [text, words, options])).toEqual([
      ['boot 256 zones=64', ['256'], { zones: '64' }],
      ['start a 64 zone=32', ['a', '64'], { zone: '32' }],
    ]);
    expect(parseStep('boot 256 reporting').options).toEqual({ reporting: '' });
  });

  it.each([
    ['bot 256', /expected one of .*boot.*, found "bot"/],
    ['boot', /expected "boot MIB .*", found "boot"/],
    ['boot 256 512', /expected "boot MIB/],
    ['boot much', /boot: expected MiB, 0 to 16384, found "much"/],
    ['boot 99999', /found "99999"/],
    ['boot 256 size=3', /expected one of its options \(zones, block, room, reporting\)/],
    ['boot 256 zones=', /expected MiB, 0 to 16384, found ""/],
    ['start A', /a name of letters and digits, a letter first, 12 at most, found "A"/],
    ['touch a -3', /expected MiB/],
    ['compact now=1', /its options \(none\)/],
  ])('refuses %j', (text, said) => {
    expect(() => parseScript(`boot 256\n${text}`)).toThrow(said);
    expect(() => parseScript(`boot 256\n${text}`)).toThrow(/^line 2: /);
  });
});
