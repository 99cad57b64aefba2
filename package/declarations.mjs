// What is declared in dist/ and reaches no face of the package, taken out: users see the types of what is exported, not those of
// what lies behind.

import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** Follows names from the faces, and knows which statements of which files declare them. */
class Needed {
  #checker;
  #dist;
  #statements = new Map();
  #symbols = new Set();

  constructor(checker, dist) {
    this.#checker = checker;
    this.#dist = dist;
  }

  resolved(node) {
    const symbol = this.#checker.getSymbolAtLocation(node);
    if (symbol === undefined) return undefined;
    return symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
  }

  has(symbol) {
    return this.#symbols.has(symbol);
  }

  statementsOf(file) {
    return this.#statements.get(file) ?? new Set();
  }

  addFace(source) {
    const module = this.#checker.getSymbolAtLocation(source);
    for (const symbol of this.#checker.getExportsOfModule(module)) {
      const isAlias = symbol.flags & ts.SymbolFlags.Alias;
      this.#add(isAlias ? this.#checker.getAliasedSymbol(symbol) : symbol);
    }
  }

  #add(symbol) {
    if (symbol === undefined || this.#symbols.has(symbol)) return;
    this.#symbols.add(symbol);
    for (const declaration of symbol.declarations ?? []) {
      let node = declaration;
      while (node.parent !== undefined && !ts.isSourceFile(node.parent)) node = node.parent;
      if (ts.isSourceFile(node) || !node.parent.fileName.startsWith(this.#dist)) continue;
      const file = node.parent.fileName;
      if (!this.#statements.has(file)) this.#statements.set(file, new Set());
      if (this.#statements.get(file).has(node)) continue;
      this.#statements.get(file).add(node);
      this.#visit(node);
    }
  }

  #visit(node) {
    if (ts.isIdentifier(node)) this.#add(this.resolved(node));
    ts.forEachChild(node, (child) => this.#visit(child));
  }
}

function specifiers(elements, isKept) {
  return elements.filter(isKept).map((element) => element.getText());
}

/** What is said of members that nobody but their class can reach. */
const PRIVATE = /^ *\/\*\*(?:(?!\*\/)[^])*\*\/\n(?= *private )/gm;

/** One statement as it stays; empty: it goes. */
function kept(statement, source, needed, hasFile) {
  const own = needed.statementsOf(source.fileName);
  if (own.has(statement)) return statement.getFullText(source).trimEnd().replaceAll(PRIVATE, '');
  const target = statement.moduleSpecifier?.text;
  const isThere = target === undefined || !target.startsWith('.') || hasFile(source, target);
  if (ts.isExportDeclaration(statement)) {
    if (statement.exportClause === undefined) return isThere ? statement.getText() : '';
    const names = specifiers(statement.exportClause.elements, (one) =>
      needed.has(needed.resolved(one.name)),
    );
    return names.length === 0 ? '' : `export { ${names.join(', ')} } from '${target}';`;
  }
  if (!ts.isImportDeclaration(statement)) return '';
  const { importClause: clause } = statement;
  const bindings = clause?.namedBindings;
  if (bindings === undefined || !ts.isNamedImports(bindings)) return statement.getText();
  const used = namesIn(own);
  const names = specifiers(bindings.elements, ({ name }) => used.has(name.text));
  if (names.length === 0) return '';
  return `import ${clause.isTypeOnly ? 'type ' : ''}{ ${names.join(', ')} } from '${target}';`;
}

function namesIn(statements) {
  const names = new Set();
  const visit = (node) => {
    if (ts.isIdentifier(node)) names.add(node.text);
    ts.forEachChild(node, visit);
  };
  for (const statement of statements) visit(statement);
  return names;
}

/** Rewrites all declarations under `dist`; `faces` are the files whose exports are the package's. */
export function pruneDeclarations(dist, faces) {
  const files = readdirSync(dist, { recursive: true })
    .filter((name) => name.endsWith('.d.ts'))
    .map((name) => path.join(dist, name));
  const options = { module: ts.ModuleKind.NodeNext, skipLibCheck: true, types: ['node'] };
  const program = ts.createProgram(files, { ...options, target: ts.ScriptTarget.ES2023 });
  const needed = new Needed(program.getTypeChecker(), dist);
  for (const face of faces) needed.addFace(program.getSourceFile(path.join(dist, face)));
  const texts = new Map(files.map((file) => [file, undefined]));
  const fileOf = (source, target) =>
    path.join(path.dirname(source.fileName), target).replace(/\.[jt]s$/, '.d.ts');
  const hasFile = (source, target) => textOf(fileOf(source, target)) !== '';
  const textOf = (file) => {
    if (texts.get(file) !== undefined) return texts.get(file);
    const source = program.getSourceFile(file);
    const parts = source.statements.map((one) => kept(one, source, needed, hasFile));
    const libraries = source.libReferenceDirectives.map(
      ({ fileName }) => `/// <reference lib="${fileName}" />`,
    );
    const text = [...libraries, ...parts]
      .filter((part) => part !== '')
      .join('\n')
      .trimStart();
    texts.set(file, text);
    return text;
  };
  for (const file of files) {
    const text = textOf(file);
    if (text === '') rmSync(file);
    else writeFileSync(file, `${text}\n`);
  }
}
