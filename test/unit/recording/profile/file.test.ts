import { expect, it } from 'vitest';
import { parseProfile, profileFileOf } from '../../../../src/recording/profile/file.ts';
import { captureOf, samplesOfFunction } from '../../../support/function-trace.ts';
import { folderWith } from '../../../support/folder.ts';

const ABOUT = {
  format: 'guestmem-recording-1',
  workload: 'hello',
  kernel: '6.12.1',
  emulator: 'QEMU 7.2',
  machine: { memoryMib: 768, cpus: 1, thp: 'never' },
  programs: ['python3_3.11'],
};

it('a profile’s file says of what it is, on which kernel and with which programs', () => {
  const samples = samplesOfFunction();
  const folder = folderWith({ samples, 'recording.json': JSON.stringify(ABOUT) });
  expect(profileFileOf(captureOf(folder))).toMatchObject({
    format: 'guestmem-profile-1',
    name: 'hello',
    unit: 'frames of 4 KiB',
    kernel: '6.12.1',
    programs: ['python3_3.11'],
    containers: 2,
  });
});

it('a recording that says nothing of itself is refused with the file', () => {
  const samples = samplesOfFunction();
  const folder = folderWith({ samples, 'recording.json': '{' });
  expect(() => profileFileOf(captureOf(folder))).toThrow(/recording\.json:1: expected JSON/);
});

it('a profile from before courses were kept, or one that is cut, is refused with the file', () => {
  const samples = samplesOfFunction();
  const folder = folderWith({ samples, 'recording.json': JSON.stringify(ABOUT) });
  const text = JSON.stringify(profileFileOf(captureOf(folder)));
  expect(parseProfile('p.json', text)).toMatchObject({ name: 'hello' });
  const { course: _, ...older } = JSON.parse(text) as { course: unknown };
  expect(() => parseProfile('p.json', JSON.stringify(older))).toThrow(
    'p.json:1: expected a list for course, found none',
  );
  expect(() => parseProfile('p.json', text.slice(0, -9))).toThrow('p.json:1: expected JSON');
});

it.each([undefined, null, 0.5, [], () => 5])('a profile’s file is text', (text) => {
  expect(() => parseProfile('p.json', text as never)).toThrow('text: expected text');
});
