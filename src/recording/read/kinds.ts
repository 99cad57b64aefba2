// What may stand in a file of JSON: each value is looked at when it is read, so that what lies behind takes it as it is.

import { escaped } from '../../check/index.ts';
import { RecordingError, quote } from '../error.ts';
import { jsonLine } from './json-lines.ts';

/** Frames of a guest have numbers of 32 bits. */
const FRAMES_MOST: number = 2 ** 32 - 1;
/** Longest name. */
const NAME_CHARS = 100;

/** Looks at one value; `place` is its path in the file. */
export type Look = (value: unknown, place: string) => void;

function shown(value: unknown): string {
  if (value === undefined) return 'none';
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

/** The kinds of values that a file is made of, each telling what it does not take. */
export class Kinds {
  private readonly _file: string;
  private readonly _text: string;

  /** A file, or a value's name, and what stands in the file: its lines are counted where a value is refused. */
  constructor(file: string, text: string = '') {
    this._file = file;
    this._text = text;
  }

  /** The value that the file holds. */
  parsed(): unknown {
    try {
      return JSON.parse(this._text);
    } catch {
      throw new RecordingError(this._file, jsonLine(this._text), 'JSON', 'something else');
    }
  }

  private _fail(place: string, expected: string, found: unknown): never {
    const at = place === '' ? '' : ` for ${place}`;
    const line = this._text === '' ? 0 : jsonLine(this._text, place);
    throw new RecordingError(this._file, line, `${expected}${at}`, shown(found));
  }

  /** Those keys, and others besides. */
  object(keys: Readonly<Record<string, Look>>): Look {
    return (value, place) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        this._fail(place, 'an object', value);
      }
      for (const [key, look] of Object.entries(keys)) {
        look((value as Record<string, unknown>)[key], place === '' ? key : `${place}.${key}`);
      }
    };
  }

  /** One of these after the other, or as many as there are of one. */
  list(looks: readonly Look[] | Look): Look {
    return (value, place) => {
      if (!Array.isArray(value)) return this._fail(place, 'a list', value);
      if (typeof looks !== 'function' && value.length !== looks.length) {
        this._fail(place, `${looks.length} entries`, value.length);
      }
      for (const [at, one] of value.entries()) {
        const look = typeof looks === 'function' ? looks : (looks[at] as Look);
        look(one, `${place}[${at}]`);
      }
    };
  }

  /** The one value that it may have. */
  exactly(wanted: string | number): Look {
    return (value, place) => {
      if (value !== wanted) this._fail(place, shown(wanted), value);
    };
  }

  /** Of one line; it may be empty. */
  readonly line: Look = (value, place) => {
    if (typeof value !== 'string' || escaped(value) !== value) {
      this._fail(place, 'printable text', value);
    }
  };

  readonly text: Look = (value, place) => {
    this.line(value, place);
    if (value === '') this._fail(place, 'text', value);
  };

  readonly name: Look = (value, place) => {
    this.text(value, place);
    if ((value as string).length > NAME_CHARS) {
      this._fail(place, `at most ${NAME_CHARS} characters`, value);
    }
  };

  readonly frames: Look = (value, place) => {
    if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > FRAMES_MOST) {
      this._fail(place, `a whole number of 0 to ${FRAMES_MOST}`, value);
    }
  };

  readonly count: Look = (value, place) => {
    this.frames(value, place);
    if (value === 0) this._fail(place, '1 or more', value);
  };

  readonly number: Look = (value, place) => {
    if (typeof value !== 'number' || !(value >= 0 && value <= FRAMES_MOST)) {
      this._fail(place, `a number of 0 to ${FRAMES_MOST}`, value);
    }
  };

  /** Least, `middle` and most, in their order. */
  private _spread(middle: 'median' | 'mean', look: Look): Look {
    const parts = this.object({ least: this.frames, [middle]: look, most: this.frames });
    return (value, place) => {
      parts(value, place);
      const { least, most, [middle]: between } = value as Record<string, number>;
      if ((least as number) <= (between as number) && (between as number) <= (most as number)) {
        return;
      }
      this._fail(`${place}.${middle}`, `${least} to ${most}`, between);
    };
  }

  get spread(): Look {
    return this._spread('median', this.frames);
  }

  get meanSpread(): Look {
    return this._spread('mean', this.number);
  }
}
