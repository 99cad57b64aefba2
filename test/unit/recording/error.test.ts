import { describe, expect, it } from 'vitest';
import { CoreError } from '../../../src/core/index.ts';
import {
  RecordingError,
  RefusedCommand,
  following,
  followingFile,
  quote,
} from '../../../src/recording/error.ts';

const CAPTURE = { folder: 'folder', trace: { file: 'folder/trace.txt.gz', line: [5, 9] } };

const trap = (): never => {
  const bytes = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1);
  const code = Uint8Array.of(1, 116, 0, 0, 10, 5, 1, 3, 0, 0, 11);
  const module = new WebAssembly.Module(Uint8Array.of(...bytes, ...code));
  (new WebAssembly.Instance(module).exports['t'] as () => never)();
  throw new Error('did not trap');
};

const refusedCommand = (): never => {
  throw new RefusedCommand(1, 'frame 0x7');
};

const defect = (): never => {
  throw new TypeError('x is not a function');
};

describe('what a recording makes the core do', () => {
  it('becomes one error with the file when the core refuses or traps', () => {
    const refused: (() => never)[] = [
      trap,
      () => {
        throw new CoreError('stateFree: an argument is out of range');
      },
      () => {
        throw new RangeError('Invalid typed array length: -1');
      },
    ];
    for (const step of refused) {
      expect(() => following(CAPTURE, step)).toThrow(RecordingError);
      expect(() => following(CAPTURE, step)).toThrow(/^folder\/trace\.txt\.gz: expected /);
      expect(() => followingFile(CAPTURE, 'device.log', step)).toThrow(/^folder\/device\.log: exp/);
    }
  });

  it('has the line of the event whose command is refused, in whatever file it was met', () => {
    const said =
      'folder/trace.txt.gz:9: expected an event that what came before it allows, found frame 0x7';
    expect(() => following(CAPTURE, refusedCommand)).toThrow(said);
    expect(() =>
      following(CAPTURE, () => followingFile(CAPTURE, 'device.log', refusedCommand)),
    ).toThrow(said);
  });

  it('keeps a defect of the emulator as it is', () => {
    expect(() => following(CAPTURE, defect)).toThrow(TypeError);
    expect(() => followingFile(CAPTURE, 'device.log', defect)).toThrow(TypeError);
  });
});

describe('a fault of a recording', () => {
  it('says file, line, what was expected and what was found, in one line', () => {
    const error = new RecordingError('trace.txt', 12, 'an event', "'x'");
    expect(error.message).toBe("trace.txt:12: expected an event, found 'x'");
    expect([error.name, error.file, error.line]).toEqual(['RecordingError', 'trace.txt', 12]);
  });

  it('of a whole file has no line', () => {
    expect(new RecordingError('a', 0, 'b', 'c').message).toBe('a: expected b, found c');
  });
});

describe('a quoted text', () => {
  it('is one short line without control characters', () => {
    expect(quote('a\u001b[31m\n\u009bb')).toBe("'a?[31m??b'");
    expect(quote('x'.repeat(99))).toHaveLength(62);
    expect(quote('x'.repeat(60))).toBe(`'${'x'.repeat(60)}'`);
    expect(quote('x'.repeat(61))).toBe(`'${'x'.repeat(57)}...'`);
  });
});
