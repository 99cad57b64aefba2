import { expect, it } from 'vitest';

import { escapeHtml } from '../../../src/report/escape.ts';

it.each([
  ['<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
  ['" onload="x', '&quot; onload=&quot;x'],
  ['a & b', 'a &amp; b'],
  // What is escaped already is text, and shows as it was written.
  ['&lt;', '&amp;lt;'],
  ['plain, 100 % €', 'plain, 100 % €'],
  ['', ''],
])('%j becomes %j', (text, escaped) => {
  expect(escapeHtml(text)).toBe(escaped);
});
