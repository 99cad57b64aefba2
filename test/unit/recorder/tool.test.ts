import { describe, expect, it } from 'vitest';
import { RecorderMissing, RecordingFailed } from '../../../src/recorder/error.ts';
import { expectTools, runTool } from '../../../src/recorder/tool.ts';
import { standIns } from '../../support/tools.ts';

describe('a program of the machine', () => {
  it('gives what it wrote', () => {
    standIns({ tool: 'echo "$1-$2"' });
    expect(runTool('tool', ['a', 'b']).toString()).toBe('a-b\n');
  });

  it('that is missing is named with the package that has it', () => {
    standIns({}, true);
    expect(() => runTool('mke2fs', [])).toThrow(RecorderMissing);
    expect(() => runTool('mke2fs', [])).toThrow(
      'mke2fs is not on this machine: apt-get install e2fsprogs',
    );
  });

  it('that fails says why in one line', () => {
    standIns({ tool: 'printf "one\\ntwo\\n" >&2; exit 3' });
    expect(() => runTool('tool', [])).toThrow(new RecordingFailed('tool failed: two'));
  });

  it('that make called and that failed has the word, not make', () => {
    const said =
      'sh: pahole: not found\\nmake[1]: *** [all] Error 127\\nmake: *** [sub] Error 2\\n';
    standIns({ tool: `printf "${said}" >&2; exit 2` });
    expect(() => runTool('tool', [])).toThrow(
      new RecordingFailed('tool failed: sh: pahole: not found'),
    );
    standIns({ tool: 'echo "make: *** No rule. Stop." >&2; exit 2' });
    expect(() => runTool('tool', [])).toThrow('tool failed: make: *** No rule. Stop.');
  });

  it('is looked for before the work, and all that are missing are named at once', () => {
    standIns({ there: '' });
    expectTools(['there']);
    expect(() => expectTools(['there', 'not-there-at-all'])).toThrow('not-there-at-all is not on');
    standIns({ there: '' }, true);
    expect(() => expectTools(['qemu-system-x86_64', 'there', 'mke2fs', 'debugfs'])).toThrow(
      'qemu-system-x86_64, mke2fs, debugfs are not on this machine: apt-get install qemu-system-x86 e2fsprogs',
    );
  });
});
