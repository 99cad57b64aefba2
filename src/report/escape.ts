/** Text made safe inside HTML and SVG, attributes included. */
import { expectText } from '../check/index.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/** Text for HTML, in an element or in a quoted attribute. */
export function escapeHtml(text: string): string {
  return expectText('text', text).replaceAll(/[&<>"]/g, (character) => ESCAPES[character]!);
}
