// A script in a link: what stands behind the # of the page's address, so that no server sees it.

import { expectText } from '../check/index.ts';
import { ScriptError } from './error.ts';

const KEY = 'script=';
const LENGTH_MOST = 8192;

/** The script as the part of a link behind `#`; `scriptOf` is the way back. */
export function fragmentOf(script: string): string {
  const short = expectText('script', script).trim().replaceAll('\n', ';');
  return `#${KEY}${encodeURIComponent(short).replaceAll('%20', '+').replaceAll('%3B', ';')}`;
}

/** The script of a fragment; undefined: it has none. Throws ScriptError for one that cannot be read. */
export function scriptOf(fragment: string): string | undefined {
  const text = expectText('fragment', fragment).replace(/^#/, '');
  if (!text.startsWith(KEY)) return undefined;
  if (text.length > LENGTH_MOST) throw new ScriptError('the link is too long for a script');
  try {
    const script = decodeURIComponent(text.slice(KEY.length).replaceAll('+', '%20'));
    return `${script.replaceAll(';', '\n')}\n`;
  } catch {
    throw new ScriptError('the link holds no script');
  }
}
