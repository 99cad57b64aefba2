/** The tree as data: which files there are, what each imports, exports and names. Parsed once for all tests of the house. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

export const ROOT: string = resolve(import.meta.dirname, '../..');

/** All TypeScript files under a folder of the project, by path from the root. */
export function filesIn(folder: string): string[] {
  const at = join(ROOT, folder);
  if (!existsSync(at)) return [];
  return readdirSync(at, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name))
    .toSorted();
}

export const SOURCES: readonly string[] = filesIn('src');
export const CORE: readonly string[] = filesIn('assembly');

const texts = new Map<string, string>();

export function read(file: string): string {
  let text = texts.get(file);
  if (text === undefined) {
    text = readFileSync(join(ROOT, file), 'utf8');
    texts.set(file, text);
  }
  return text;
}

const parsed = new Map<string, ts.SourceFile>();

export function parse(file: string): ts.SourceFile {
  let source = parsed.get(file);
  if (source === undefined) {
    source = ts.createSourceFile(file, read(file), ts.ScriptTarget.ES2023, true);
    parsed.set(file, source);
  }
  return source;
}

/** A file without its comments. */
export function codeOf(file: string): string {
  return read(file)
    .replaceAll(/\/\*.*?\*\//gs, '')
    .replaceAll(/^\s*\/\/.*$/gm, '')
    .replaceAll(/\s\/\/ .*$/gm, '');
}

/** One import or re-export of a file. */
export interface Link {
  readonly specifier: string;
  /** The file meant, or undefined for a package. */
  readonly target: string | undefined;
  /** Names taken from it; undefined: all of them (`export *`, `import * as`). */
  readonly names: readonly string[] | undefined;
  readonly isExport: boolean;
  readonly isTypeOnly: boolean;
  /** `import()`: loaded when that line runs. */
  readonly isDynamic: boolean;
}

const extant: ReadonlySet<string> = new Set([...SOURCES, ...CORE]);

function resolveFrom(file: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  const base = relative(ROOT, resolve(ROOT, dirname(file), specifier));
  return [base, `${base}.ts`].find((path) => extant.has(path)) ?? base;
}

function namesOf(statement: ts.ImportDeclaration | ts.ExportDeclaration): string[] | undefined {
  const elements: ts.NodeArray<ts.ImportSpecifier | ts.ExportSpecifier> | undefined =
    ts.isImportDeclaration(statement)
      ? bindingsOf(statement)?.elements
      : statement.exportClause !== undefined && ts.isNamedExports(statement.exportClause)
        ? statement.exportClause.elements
        : undefined;
  return elements?.map((element) => (element.propertyName ?? element.name).text);
}

function bindingsOf(statement: ts.ImportDeclaration): ts.NamedImports | undefined {
  const bindings = statement.importClause?.namedBindings;
  return bindings !== undefined && ts.isNamedImports(bindings) ? bindings : undefined;
}

function isTypeOnly(statement: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  if (ts.isExportDeclaration(statement)) return statement.isTypeOnly;
  const clause = statement.importClause;
  if (clause === undefined) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const elements = bindingsOf(statement)?.elements;
  return elements !== undefined && elements.every((element) => element.isTypeOnly);
}

/** Imports and re-exports of a file, in order. */
export function linksOf(file: string): Link[] {
  const links: Link[] = [];
  for (const statement of parse(file).statements) {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) continue;
    const { moduleSpecifier } = statement;
    if (moduleSpecifier === undefined || !ts.isStringLiteral(moduleSpecifier)) continue;
    links.push({
      specifier: moduleSpecifier.text,
      target: resolveFrom(file, moduleSpecifier.text),
      names: namesOf(statement),
      isExport: ts.isExportDeclaration(statement),
      isTypeOnly: isTypeOnly(statement),
      isDynamic: false,
    });
  }
  return [...links, ...dynamicLinks(file)];
}

function dynamicLinks(file: string): Link[] {
  if (!read(file).includes('import(')) return [];
  const links: Link[] = [];
  const visit = (node: ts.Node): void => {
    ts.forEachChild(node, visit);
    if (!ts.isCallExpression(node) || node.expression.kind !== ts.SyntaxKind.ImportKeyword) return;
    const [specifier] = node.arguments;
    if (specifier === undefined || !ts.isStringLiteral(specifier)) return;
    links.push({
      specifier: specifier.text,
      target: resolveFrom(file, specifier.text),
      names: undefined,
      isExport: false,
      isTypeOnly: false,
      isDynamic: true,
    });
  };
  visit(parse(file));
  return links;
}

/** First folder below `top`; undefined for a file that lies directly in it, or elsewhere. */
export function folderOf(top: string, file: string): string | undefined {
  const parts = file.split(/[\\/]/);
  return parts[0] === top && parts.length > 2 ? parts[1] : undefined;
}

/** Circles of imports among files, types included: each a sorted list of files (Tarjan's components). */
export function circlesOf(files: readonly string[]): string[][] {
  const inside = new Set(files);
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const circles: string[][] = [];
  const visit = (file: string): void => {
    index.set(file, index.size);
    low.set(file, index.get(file) as number);
    stack.push(file);
    for (const { target } of linksOf(file)) {
      if (target === undefined || !inside.has(target)) continue;
      if (!index.has(target)) visit(target);
      else if (!stack.includes(target)) continue;
      low.set(file, Math.min(low.get(file) as number, low.get(target) as number));
    }
    if (low.get(file) !== index.get(file)) return;
    const circle = stack.splice(stack.indexOf(file));
    if (circle.length > 1) circles.push(circle.toSorted());
  };
  for (const file of files) if (!index.has(file)) visit(file);
  return circles;
}
