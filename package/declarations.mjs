// What is declared in dist/ and reaches no face of the package, taken out: users see the types of what is exported, not those of
// what lies behind. Names are taken from the file that declares them, so that the rooms' faces are not there.

import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { exportsOf } from './faces.mjs';

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

/** What is said of members that nobody but their class can reach. */
const PRIVATE = /^ *\/\*\*(?:(?!\*\/)[^])*\*\/\n(?= *private )/gm;
/** tsc's indentation. */
const INDENTED = /^(?: {4})+/gm;

const isHidden = (member) =>
  !ts.isConstructorDeclaration(member) &&
  member.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword);

/** A statement without private members. That a class has some is said in one word: another of the same shape is not it. */
function shown(statement, source) {
  const text = statement.getFullText(source).trimEnd();
  if (!ts.isClassDeclaration(statement)) return text;
  const hidden = statement.members.filter(isHidden);
  if (hidden.length === 0) return text;
  const from = statement.getFullStart();
  const opened = statement.members.pos - from;
  const ends = [...hidden.map((member) => member.end - from)];
  const starts = hidden.map((member) => member.getFullStart() - from);
  const kept = starts.map((start, at) => text.slice(at === 0 ? opened : ends[at - 1], start));
  const rest = kept.join('') + text.slice(ends.at(-1));
  return `${text.slice(0, opened)}\n    #private;${rest}`.replaceAll(PRIVATE, '');
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

const isValue = ({ flags }) => (flags & ts.SymbolFlags.Value) !== 0;

class Declarations {
  #program;
  #checker;
  #needed;
  /** By face, the names that its code exports: others are types, whatever they are of. */
  #values;

  constructor(dist, code, faces) {
    const files = readdirSync(dist, { recursive: true })
      .filter((name) => name.endsWith('.d.ts'))
      .map((name) => path.join(dist, name));
    const options = { module: ts.ModuleKind.NodeNext, skipLibCheck: true, types: ['node'] };
    this.#program = ts.createProgram(files, { ...options, target: ts.ScriptTarget.ES2023 });
    this.#checker = this.#program.getTypeChecker();
    this.#needed = new Needed(this.#checker, dist);
    this.#values = new Map(
      faces.map((face) => [
        path.join(dist, `${face}.d.ts`),
        new Set(exportsOf(path.join(code, `${face}.js`))),
      ]),
    );
    for (const face of this.#values.keys()) {
      this.#needed.addFace(this.#program.getSourceFile(face));
    }
    this.files = files;
  }

  /** A file as it stays; empty: it goes. */
  textOf(file) {
    const source = this.#program.getSourceFile(file);
    const own = this.#needed.statementsOf(file);
    if (own.size === 0 && !this.#values.has(file)) return '';
    const libraries = source.libReferenceDirectives.map(
      ({ fileName }) => `/// <reference lib="${fileName}" />`,
    );
    const used = namesIn(own);
    const imports = source.statements.filter(ts.isImportDeclaration);
    const exports = source.statements.filter(ts.isExportDeclaration);
    const parts = [
      ...libraries,
      ...imports.flatMap((one) => this.#importLines(one, source, used)),
      ...source.statements.filter((one) => own.has(one)).map((one) => shown(one, source)),
      ...(this.#values.has(file) ? exports.flatMap((one) => this.#exportLines(one, source)) : []),
    ];
    const text = parts.join('\n').trimStart();
    return text.replaceAll(INDENTED, (spaces) => spaces.slice(spaces.length / 2));
  }

  #importLines(statement, source, used) {
    const bindings = statement.importClause?.namedBindings;
    if (bindings === undefined || !ts.isNamedImports(bindings)) return [statement.getText(source)];
    const names = bindings.elements.filter(({ name }) => used.has(name.text));
    return this.#lines('import', names, statement, source);
  }

  #exportLines(statement, source) {
    const target = this.#fileOf(source, statement.moduleSpecifier.text);
    if (statement.exportClause !== undefined) {
      const names = statement.exportClause.elements.filter(({ name }) =>
        this.#needed.has(this.#needed.resolved(name)),
      );
      return this.#lines('export', names, statement, source);
    }
    const isWhole = this.#values.has(target) || this.#needed.statementsOf(target).size > 0;
    if (isWhole) return [`export * from '${this.#specifier(source, target)}';`];
    const module = this.#checker.getSymbolAtLocation(this.#program.getSourceFile(target));
    const symbols = this.#checker.getExportsOfModule(module);
    return this.#linesOf(
      'export',
      symbols.map((symbol) => [symbol.name, symbol]),
      source,
    );
  }

  /** Names of a statement, each from where it is declared. */
  #lines(verb, elements, statement, source) {
    const { text: specifier } = statement.moduleSpecifier;
    if (specifier.startsWith('.')) {
      const named = elements.map(({ name }) => [name.text, this.#needed.resolved(name)]);
      return this.#linesOf(verb, named, source);
    }
    const names = elements.map((element) => element.getText(source));
    return names.length === 0 ? [] : [`${verb} { ${names.join(', ')} } from '${specifier}';`];
  }

  #linesOf(verb, named, source) {
    const byFile = new Map();
    for (const [alias, symbol] of named) {
      const real =
        symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
      const file = real.declarations[0].getSourceFile().fileName;
      const isType = this.#values.get(source.fileName)?.has(alias) === false && isValue(real);
      const name = real.name === alias ? alias : `${real.name} as ${alias}`;
      byFile.set(file, [...(byFile.get(file) ?? []), isType ? `type ${name}` : name]);
    }
    return [...byFile].map(
      ([file, names]) => `${verb} { ${names.join(', ')} } from '${this.#specifier(source, file)}';`,
    );
  }

  #fileOf(source, specifier) {
    const file = path.join(path.dirname(source.fileName), specifier);
    return file.replace(/\.[jt]s$/, '.d.ts');
  }

  #specifier(source, file) {
    const to = path.relative(path.dirname(source.fileName), file).replaceAll(path.sep, '/');
    return (to.startsWith('.') ? to : `./${to}`).replace(/\.d\.ts$/, '.js');
  }
}

/** Rewrites all declarations under `dist`; `faces` are the files whose exports are the package's, and their code is under `code`. */
export function pruneDeclarations(dist, code, faces) {
  const declarations = new Declarations(dist, code, faces);
  const texts = declarations.files.map((file) => [file, declarations.textOf(file)]);
  for (const [file, text] of texts) {
    if (text === '') rmSync(file);
    else writeFileSync(file, `${text}\n`);
  }
}
