import { expect, it } from 'vitest';

import { escapeHtml } from '../../../src/report/escape.ts';

it.each([
  ['<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
  ['" onload="x', '&quot; onload=&quot;x'],
  ['a & b', 'a &amp; b'],
  // What is escaped already is text, and shows as it was written.
  ['&lt;', '&amp;lt;'],
  ['plain, 100 % €', 'plain, 100 % €'],
  // What moves a cursor, ends a text or turns its direction shows as its number.
  ['\u001b[31m\u0000\u202ex\u009b', '\\u{1b}[31m\\u{0}\\u{202e}x\\u{9b}'],
  ['one\ntwo', 'one\ntwo'],
  ['', ''],
])('%j becomes %j', (text, escaped) => {
  expect(escapeHtml(text)).toBe(escaped);
});
