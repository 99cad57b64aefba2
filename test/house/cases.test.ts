/** Each input that once failed (../shared/cases) has a test here, by the words of its name. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const CASES = '../shared/cases';

/** A case by its number; the tests that hold what it expects. */
const TESTS: Readonly<Record<string, readonly (readonly [file: string, name: string])[]>> = {
  '01': [
    ['slow/cli-writers', 'says in one line where it cannot write, and touches nothing'],
    ['slow/cli-writers', 'leaves old results whole where there is no room, or no leave to write'],
  ],
  '02': [['unit/recording/read/pagestate', 'without the types of its pageblocks']],
  '03': [['unit/recording/read/pagestate', 'a frame not at its order']],
  '04': [['unit/recording/read/trace-text', 'a cpu that the kernel did not have']],
  '05': [
    ['unit/recording/read/files', '%s that is cut or no gzip is named'],
    ['unit/recording/read/files', 'something that is not a file'],
  ],
  '06': [['unit/virtio/mmio', '%s: %d is counted when it is written, and needs a reset']],
  '07': [['unit/guest/use', 'stays right while its driver gives the host frames in use (%i)']],
  '08': [
    ['unit/time/clock', 'refuses %d for a time or a delay, and stands as it stood'],
    ['unit/vmm/vmm', 'refuses to let %d ns pass, and its clock stands'],
    ['unit/time/timers', 'is a second at least: a second of time can be played'],
  ],
  '09': [
    ['unit/vmm/vmm', 'throws from everything that its guest, its memory and its devices do'],
    ['unit/vmm/attach', 'do not fire once their VM has ended'],
  ],
  '10': [
    ['unit/check/argument', 'is a RangeError that names argument, expected and found'],
    ['unit/vmm/memory', 'takes no frame %d back'],
    ['unit/vmm/host', 'is of no %s frames'],
    ['unit/vmm/vmm', '%o is refused'],
  ],
  '11': [['unit/guest/machine', 'over the memory']],
  '12': [['unit/trace/files', 'is left alone when it is a folder, a FIFO or a link to nowhere']],
  '14': [
    ['unit/report/remarks', 'are told under the table and in the report'],
    ['unit/cli/replay', 'refuses a trace with repairs when it should be strict, and says which'],
  ],
  '15': [
    ['unit/core/instantiate', 'gets TooManyGuests with the limit and what to do'],
    ['unit/cli/fault', 'no room for another guest ends with 1 and the limit'],
  ],
  '18': [
    ['unit/cli/argument', "frames('--host-memory', '384GiB')"],
    ['unit/cli/fault', 'systems that are missing end with 1 and a line each'],
  ],
  '20': [
    ['unit/recording/read/trace-check', 'with a batched free whose free is gone, or of an order'],
    ['unit/recording/read/trace-check', 'with flags that ask for another type or a lower zone'],
  ],
  '21': [['unit/guest/kswapd', 'frees 32 pages at a time until the node is balanced, and no more']],
  '22': [['unit/guest/workers', 'gives what was freed to the per-cpu lists back within seconds']],
};

it.each(Object.entries(TESTS))('case %s has its tests', (_, tests) => {
  for (const [file, name] of tests) {
    expect(readFileSync(join('test', `${file}.test.ts`), 'utf8'), file).toContain(name);
  }
});

it.skipIf(!existsSync(CASES))('every case that is given is in the list (../shared)', () => {
  const numbers = readdirSync(CASES).flatMap((name) => /^\d\d(?=-)/.exec(name) ?? []);
  expect(numbers.toSorted()).toEqual(Object.keys(TESTS).toSorted());
});
