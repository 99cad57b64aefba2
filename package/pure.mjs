// Bundlers leave out what nobody uses, if they see that leaving it out changes nothing. Of a call, a spread or a member they do not: what a
// file makes of them when it is loaded would be in every bundle, with all that it names. Files of ours make values then and do nothing
// else (`sideEffects` in package.json, test/house), so each such value is said to be pure.

import { runInNewContext } from 'node:vm';
import { parseAst } from 'rolldown/parseAst';

const PURE = '/*@__PURE__*/';
const LEAVES = ['Literal', 'Identifier', 'FunctionExpression', 'ArrowFunctionExpression'];
/** Empty ones are known to bundlers. */
const COLLECTIONS = ['Map', 'Set', 'WeakMap', 'WeakSet'];
const CALLS = ['CallExpression', 'NewExpression'];

function isPureClass({ superClass, body }) {
  const fields = body.body.filter((one) => one.static && one.type !== 'MethodDefinition');
  return (
    isSeenPure(superClass) &&
    fields.every((one) => one.type === 'PropertyDefinition' && isSeenPure(one.value))
  );
}

const SEEN = {
  ArrayExpression: ({ elements }) => elements.every(isSeenPure),
  ObjectExpression: ({ properties }) => properties.every(isSeenPure),
  Property: ({ computed, value }) => !computed && isSeenPure(value),
  TemplateLiteral: ({ expressions }) => expressions.length === 0,
  UnaryExpression: ({ argument }) => argument.type === 'Literal',
  NewExpression: ({ callee, arguments: given }) =>
    given.length === 0 && COLLECTIONS.includes(callee.name),
  ClassExpression: isPureClass,
};

/** Of literals alone. */
function isReckoned({ type, left, right, argument }) {
  if (type === 'BinaryExpression') return isReckoned(left) && isReckoned(right);
  return type === 'Literal' || (type === 'UnaryExpression' && isReckoned(argument));
}

/** A value as no bundler keeps it: of a sum of literals what it comes to, which is shorter than a word for it. */
function asPure(init, code) {
  const value = isReckoned(init) ? runInNewContext(code) : undefined;
  if (Number.isFinite(value)) return String(value);
  return isCallOfPure(init) ? PURE + code : `${PURE}(()=>(${code}))()`;
}

/** Whether a bundler sees it by itself. */
function isSeenPure(node) {
  return node === null || LEAVES.includes(node.type) || (SEEN[node.type]?.(node) ?? false);
}

/** Whether the call alone is in the way. */
function isCallOfPure(node) {
  if (!CALLS.includes(node.type) || !node.arguments.every(isSeenPure)) return false;
  const { type, computed, object } = node.callee;
  return type === 'Identifier' || (!computed && object?.type === 'Identifier');
}

/** What a file makes when it is loaded, and no bundler sees to be pure. */
function valuesOf(code) {
  return parseAst(code)
    .body.map((one) => (one.type === 'ExportNamedDeclaration' ? one.declaration : one))
    .filter((one) => one?.type === 'VariableDeclaration')
    .flatMap(({ declarations }) => declarations)
    .filter(({ id, init }) => id.type === 'Identifier' && !isSeenPure(init))
    .map(({ init }) => init)
    .filter(({ type }) => type !== 'AwaitExpression');
}

/** Once and again: what has been said stays said. */
export function withPureValues(code) {
  let text = '';
  let from = 0;
  for (const init of valuesOf(code)) {
    text += code.slice(from, init.start).trimEnd();
    const value = code.slice(init.start, init.end);
    text += text.endsWith(PURE) ? value : asPure(init, value);
    from = init.end;
  }
  return text + code.slice(from);
}

/** For files that nobody bundles. */
export function withoutPure(code) {
  return code.replaceAll(/(?<=(\w)?)\/\* ?@__PURE__ ?\*\/ ?/g, (_, word) => (word ? ' ' : ''));
}
