import { describe, expect, it } from 'vitest';
import { OutputError, refusedWrite, writingTo } from '../../../src/report/output-error.ts';

function refused(code: string): () => never {
  return () => {
    throw Object.assign(new Error(`${code}: what Node says`), { code });
  };
}

function copying(code: string): Error {
  return Object.assign(new Error(code), { code, syscall: 'copyfile', path: 'from', dest: 'to' });
}

const defect = (): never => {
  throw new TypeError('x is undefined');
};

describe('what the system refuses to write', () => {
  it.each(['EACCES', 'EROFS', 'ENOSPC', 'EDQUOT', 'EISDIR', 'ENOTDIR', 'ELOOP', 'EPERM'])(
    'is said of the path in words: %s',
    (code) => {
      expect(() => writingTo('out', refused(code))).toThrow(OutputError);
      expect(() => writingTo('out', refused(code))).toThrow(/^out: [a-z -]+$/);
    },
  );

  it('is said as it is when there are no words for it, and a defect stays one', () => {
    expect(() => writingTo('out', refused('EIO'))).toThrow('out: EIO: what Node says');
    expect(() => writingTo('out', defect)).toThrow(TypeError);
  });

  it('is said of the place where a copy has no room, and of what is copied where that may be why', () => {
    expect(refusedWrite(copying('ENOSPC'))?.path).toBe('to');
    expect(refusedWrite(copying('EACCES'))?.path).toBe('from');
  });
});
