// The room of refusals: what a public call says to arguments that it cannot take and to handles that have ended.

export {
  type Bounds,
  RefusedArgument,
  expectBigInt,
  expectFigures,
  expectFunction,
  expectInteger,
  expectList,
  expectMultiple,
  expectNumber,
  expectObject,
  expectText,
  expectUnsigned,
  expectWords,
} from './argument.ts';
export { builtin } from './builtin.ts';
export { isCrowded } from './crowded.ts';
export { HandleEnded } from './ended.ts';
export {
  type Bytes,
  type Measure,
  type Ms,
  type Order,
  type Pages,
  type Pfn,
  bytes,
  bytesOfPages,
  ms,
  order,
  pages,
  pagesOfMib,
  pfn,
} from './measure.ts';
export { choiceOf, expectName, nearestName } from './nearest.ts';
export { isPlainData } from './plain.ts';
export {
  ARRAY,
  COUNT,
  FLAG,
  FUNCTION,
  LIST,
  NUMBER,
  OBJECT,
  type Shape,
  TEXT,
  expectMade,
  expectShape,
} from './shape.ts';
export { joined } from './joined.ts';
export { shippedFile, shippedTogether } from './shipped.ts';
export { UNPRINTABLE, escaped, markupOf, shortened, utf8Of, whyUnread } from './text.ts';
