/**
 * What nothing but tests calls. An export counts as mounted when another file of the product imports it, when its own file
 * uses it, or when the library exports it (src/index.ts, src/node.ts); an export of the Wasm module when src/core calls it; a public
 * method when some file of the product names it. Benches, examples and tests do not count: a mechanism lands with its user.
 */
import ts from 'typescript';
import { CORE, SOURCES, linksOf, parse, read } from './tree.ts';

const LIBRARY = ['src/index.ts', 'src/node.ts'];
const MODULES = ['assembly/index.ts', 'assembly/index-llfree.ts', 'assembly/index-guest-llfree.ts'];

function isExported(node: ts.Node): boolean {
  if (!ts.canHaveModifiers(node)) return false;
  const modifiers = ts.getModifiers(node) ?? [];
  return modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
}

/** Names that a file declares and exports itself. */
export function declaredExports(file: string): string[] {
  return parse(file).statements.flatMap((node) => {
    if (!isExported(node)) return [];
    if (ts.isVariableStatement(node)) {
      return node.declarationList.declarations.map(({ name }) => name.getText());
    }
    const named = node as ts.DeclarationStatement;
    return named.name === undefined ? [] : [named.name.getText()];
  });
}

/** Where a name that a file hands out was declared, as `file name`. */
function originOf(file: string, name: string, seen = new Set<string>()): string | undefined {
  if (seen.has(file)) return undefined;
  seen.add(file);
  if (declaredExports(file).includes(name)) return `${file} ${name}`;
  for (const link of linksOf(file)) {
    if (!link.isExport || link.target === undefined) continue;
    if (link.names !== undefined && !exportedNames(file, link.specifier).has(name)) continue;
    const inner = exportedNames(file, link.specifier).get(name) ?? name;
    const origin = originOf(link.target, inner, new Set(seen));
    if (origin !== undefined) return origin;
  }
  return undefined;
}

/** Outer name to inner name of `export { inner as outer } from specifier`. */
function exportedNames(file: string, specifier: string): Map<string, string> {
  const names = new Map<string, string>();
  for (const node of parse(file).statements) {
    if (!ts.isExportDeclaration(node) || node.exportClause === undefined) continue;
    if (!ts.isStringLiteral(node.moduleSpecifier as ts.Expression)) continue;
    if ((node.moduleSpecifier as ts.StringLiteral).text !== specifier) continue;
    if (!ts.isNamedExports(node.exportClause)) continue;
    for (const { name, propertyName } of node.exportClause.elements) {
      names.set(name.text, (propertyName ?? name).text);
    }
  }
  return names;
}

/** All identifiers of a file with how often each stands in it. */
function identifiersOf(file: string): Map<string, number> {
  const found = new Map<string, number>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) found.set(node.text, (found.get(node.text) ?? 0) + 1);
    ts.forEachChild(node, visit);
  };
  visit(parse(file));
  return found;
}

function libraryNames(face: string): string[] {
  const all = (file: string): string[] => [
    ...declaredExports(file),
    ...linksOf(file).flatMap((link) => {
      if (!link.isExport || link.target === undefined) return [];
      return link.names === undefined
        ? all(link.target)
        : [...exportedNames(file, link.specifier).keys()];
    }),
  ];
  return all(face);
}

/** Exports that the product imports somewhere, or uses where they are declared. */
function mountedExports(): Set<string> {
  const mounted = new Set<string>();
  const mark = (file: string, name: string): void => {
    const origin = originOf(file, name);
    if (origin !== undefined) mounted.add(origin);
  };
  for (const file of [...SOURCES, ...CORE]) {
    for (const { target, names, isExport } of linksOf(file)) {
      if (target === undefined || isExport) continue;
      for (const name of names ?? declaredExports(target)) mark(target, name);
    }
    const uses = identifiersOf(file);
    for (const name of declaredExports(file)) {
      if ((uses.get(name) ?? 0) > 1) mounted.add(`${file} ${name}`);
    }
  }
  for (const face of LIBRARY) for (const name of libraryNames(face)) mark(face, name);
  // not the file that declares them all
  const boundary = SOURCES.filter((file) => file.startsWith('src/core/'))
    .filter((file) => file !== 'src/core/exports.ts')
    .map(read)
    .join('\n');
  for (const module of MODULES) {
    for (const { target, specifier, names } of linksOf(module)) {
      const outer = exportedNames(module, specifier);
      for (const name of names ?? []) {
        const called = [...outer].find(([, inner]) => inner === name)?.[0] ?? name;
        if (new RegExp(String.raw`\b${called}\(`).test(boundary)) mark(target ?? '', name);
      }
    }
  }
  return mounted;
}

/** Exports of src/ and assembly/ whose only callers, if any, are tests, benches and examples. */
export function unmountedExports(): string[] {
  const mounted = mountedExports();
  return [...SOURCES, ...CORE]
    .flatMap((file) => declaredExports(file).map((name) => `${file} ${name}`))
    .filter((name) => !mounted.has(name));
}

interface Method {
  readonly file: string;
  readonly owner: string;
  readonly name: string;
}

function methodsOf(file: string): Method[] {
  const found: Method[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isClassDeclaration(node) && node.name !== undefined) {
      for (const member of node.members) {
        const isMethod = ts.isMethodDeclaration(member) || ts.isAccessor(member);
        if (!isMethod || !ts.isIdentifier(member.name)) continue;
        found.push({ file, owner: node.name.text, name: member.name.text });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(parse(file));
  return found;
}

/** Public methods of classes that the product never names, as `file Class.method`. */
export function unnamedMethods(): string[] {
  const named = new Set<string>();
  for (const file of SOURCES) {
    const visit = (node: ts.Node): void => {
      if (ts.isPropertyAccessExpression(node)) named.add(node.name.text);
      if (ts.isBindingElement(node)) named.add((node.propertyName ?? node.name).getText());
      ts.forEachChild(node, visit);
    };
    visit(parse(file));
  }
  return SOURCES.flatMap(methodsOf)
    .filter(({ name }) => !named.has(name))
    .map(({ file, owner, name }) => `${file} ${owner}.${name}`);
}
