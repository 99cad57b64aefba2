/** Text made safe inside HTML and SVG, attributes included. */
import { expectText, markupOf } from '../check/index.ts';

/** Text for HTML, in an element or in a quoted attribute; control characters become their numbers. */
export function escapeHtml(text: string): string {
  return markupOf(expectText('text', text));
}
