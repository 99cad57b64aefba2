// In which line of a JSON text a value stands, or what makes it none: asked once something is wrong with it.

const TOKEN = /\s*(?:([{}[\],:])|("(?:[^"\\\n]|\\.)*")|([^\s{}[\],:"]+)|$)/y;

interface Token {
  /** Where it begins. */
  readonly at: number;
  readonly text: string;
}

/** Walks a text, and keeps where each value begins by its path: `machine.cpus`, `calls[1].held`. */
class Walk {
  readonly begins = new Map<string, number>();
  private readonly _text: string;
  private _at = 0;

  constructor(text: string) {
    this._text = text;
  }

  /** Of the whole text; throws a SyntaxError, after which `place` is where it went wrong. */
  whole(): void {
    this._value('');
    if (this._next().text !== '') throw new SyntaxError('more behind the value');
  }

  /** Where the last token begins. */
  place = 0;

  private _next(): Token {
    const { _text: text } = this;
    this.place = this._at + (/^\s*/.exec(text.slice(this._at))?.[0].length ?? 0);
    TOKEN.lastIndex = this._at;
    const found = TOKEN.exec(text);
    if (found === null) throw new SyntaxError('no token');
    this._at = TOKEN.lastIndex;
    return { at: this.place, text: found[1] ?? found[2] ?? found[3] ?? '' };
  }

  private _value(path: string, token: Token = this._next()): void {
    this.begins.set(path, token.at);
    if (token.text === '{') this._members('}', path);
    else if (token.text === '[') this._members(']', path);
    else JSON.parse(token.text);
  }

  private _members(end: string, path: string): void {
    let token = this._next();
    if (token.text === end) return;
    for (let count = 0; ; count += 1) {
      if (end === ']') this._value(`${path}[${count}]`, token);
      else {
        const key = JSON.parse(token.text) as unknown;
        if (typeof key !== 'string' || this._next().text !== ':') throw new SyntaxError('no key');
        this._value(path === '' ? key : `${path}.${key}`);
      }
      const { text } = this._next();
      if (text === end) return;
      if (text !== ',') throw new SyntaxError('no comma');
      token = this._next();
    }
  }
}

/** 1-based: of a value, or of what its path leads to as far as it does; of the first fault where the text is no JSON. */
export function jsonLine(text: string, path = ''): number {
  const walk = new Walk(text);
  let at = 0;
  try {
    walk.whole();
    let nearest = path;
    while (nearest !== '' && !walk.begins.has(nearest)) {
      nearest = nearest.slice(0, Math.max(0, nearest.search(/(?:\.[^.]*|\[\d+\])$/)));
    }
    at = walk.begins.get(nearest) ?? 0;
  } catch {
    at = walk.place;
  }
  return text.slice(0, at).split('\n').length;
}
