// What is declared in dist/ and reaches a face of the package, in one file, of which each face names what it exports: users see the
// types of what is exported, not those of what lies behind, nor the rooms' files and faces.

import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { exportsOf } from './faces.mjs';

/** The file that declares everything. */
const TYPES = 'types';

/** The statement of a file in which a node stands; undefined: it is the file. */
function statementOf(declaration) {
  let node = declaration;
  while (node.parent !== undefined && !ts.isSourceFile(node.parent)) node = node.parent;
  return ts.isSourceFile(node) ? undefined : node;
}

/** Whether a statement declares that symbol itself, and not a member or parameter of it. */
function isNamed(statement, symbol) {
  const own = ts.isVariableStatement(statement)
    ? [...statement.declarationList.declarations]
    : [statement];
  return own.some((one) => symbol.declarations.includes(one));
}

/** Follows names from the faces, and knows which statements of which files declare them. */
class Needed {
  #checker;
  #dist;
  #statements = new Map();
  #symbols = new Set();
  /** Classes that somebody can make: of a face, or what one of a face may extend. */
  #made = new Set();

  constructor(checker, dist, sources) {
    this.#checker = checker;
    this.#dist = dist;
    for (const source of sources) this.#addBases(source);
  }

  #addBases(source) {
    for (const clause of source.statements.flatMap((one) => one.heritageClauses ?? [])) {
      for (const { expression } of clause.types) this.#made.add(this.resolved(expression));
    }
  }

  /** Whether a node is the constructor of a class that is there as a type alone: nobody can call it. */
  isUncalled(node) {
    if (!ts.isConstructorDeclaration(node) || !ts.isClassDeclaration(node.parent)) return false;
    return !this.#made.has(this.#checker.getSymbolAtLocation(node.parent.name));
  }

  resolved(node) {
    const symbol = this.#checker.getSymbolAtLocation(node);
    if (symbol === undefined) return undefined;
    return symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
  }

  has(symbol) {
    return this.#symbols.has(symbol);
  }

  /** By file, what of it is declared for users, in its order. */
  *statements() {
    for (const file of [...this.#statements.keys()].toSorted()) {
      yield* [...this.#statements.get(file)].toSorted((a, b) => a.pos - b.pos);
    }
  }

  /** Those that are declared in dist/, at the top of a file. */
  *declared() {
    for (const symbol of this.#symbols) {
      const [first] = symbol.declarations ?? [];
      const statement = first && statementOf(first);
      if (statement !== undefined && this.isOurs(statement) && isNamed(statement, symbol)) {
        yield symbol;
      }
    }
  }

  isOurs(node) {
    return node.getSourceFile().fileName.startsWith(this.#dist);
  }

  #exportsOf(source) {
    const module = this.#checker.getSymbolAtLocation(source);
    return this.#checker.getExportsOfModule(module).map((symbol) => {
      const isAlias = symbol.flags & ts.SymbolFlags.Alias;
      return isAlias ? this.#checker.getAliasedSymbol(symbol) : symbol;
    });
  }

  /** Before anything is added. */
  mayMake(source) {
    for (const symbol of this.#exportsOf(source)) this.#made.add(symbol);
  }

  addFace(source) {
    for (const symbol of this.#exportsOf(source)) this.#add(symbol);
  }

  #add(symbol) {
    if (symbol === undefined || this.#symbols.has(symbol)) return;
    this.#symbols.add(symbol);
    for (const declaration of symbol.declarations ?? []) {
      const node = statementOf(declaration);
      if (node === undefined || !this.isOurs(node)) continue;
      const file = node.parent.fileName;
      if (!this.#statements.has(file)) this.#statements.set(file, new Set());
      if (this.#statements.get(file).has(node)) continue;
      this.#statements.get(file).add(node);
      this.#visit(node);
    }
  }

  #visit(node) {
    if (this.isUncalled(node)) return;
    if (ts.isIdentifier(node)) this.#add(this.resolved(node));
    ts.forEachChild(node, (child) => this.#visit(child));
  }
}

/** What is said of members that nobody but their class can reach. */
const PRIVATE = /^ *\/\*\*(?:(?!\*\/)[^])*\*\/\n(?= *private )/gm;
/** tsc's indentation. One space a level is read as well: those of 9,000 lines are 19 kB as tsc writes them. */
const INDENTED = /^(?: {4})+/gm;

/** What is said in prose over several lines: whoever shows it joins them. Lists and examples are left as they are. */
const PROSE = /\/\*\*\n *\* (?!@)[^\n]*(?:\n *\* [^-|@\n][^\n]*)*\n *\*\//g;

const joined = (comment) =>
  comment
    .replace(/^\/\*\*\n *\* /, '/** ')
    .replace(/\n *\*\/$/, ' */')
    .replaceAll(/\n *\* /g, ' ');

const isHidden = (member) =>
  !ts.isConstructorDeclaration(member) &&
  member.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword);

const goneEdit = (member) => ({ from: member.getFullStart(), to: member.end, text: '' });

/** Private members, taken out. That a class has some is said in one word: another of the same shape is not it. */
function hidingEdits(statement) {
  if (!ts.isClassDeclaration(statement)) return [];
  const hidden = statement.members.filter(isHidden);
  if (hidden.length === 0) return [];
  const { pos } = statement.members;
  return [{ from: pos, to: pos, text: '\n    #private;' }, ...hidden.map(goneEdit)];
}

/** `export`, taken out: a module of declarations exports all that it declares. */
function exportEdits(statement, source) {
  const word = statement.modifiers?.find(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
  if (word === undefined) return [];
  const from = word.getStart(source);
  return [{ from, to: from + 'export '.length, text: '' }];
}

const isValue = ({ flags }) => (flags & ts.SymbolFlags.Value) !== 0;

class Declarations {
  #dist;
  #program;
  #checker;
  #needed;
  /** By face, the names that its code exports: others are types, whatever they are of. */
  #values;
  /** What each symbol is called where all are declared. */
  #names = new Map();

  constructor(dist, faces) {
    this.#dist = dist;
    const files = readdirSync(dist, { recursive: true })
      .filter((name) => name.endsWith('.d.ts'))
      .map((name) => path.join(dist, name));
    const options = { module: ts.ModuleKind.NodeNext, skipLibCheck: true, types: ['node'] };
    this.#program = ts.createProgram(files, { ...options, target: ts.ScriptTarget.ES2023 });
    this.#checker = this.#program.getTypeChecker();
    const ours = this.#program.getSourceFiles().filter((one) => one.fileName.startsWith(dist));
    this.#needed = new Needed(this.#checker, dist, ours);
    this.#values = new Map(
      faces.map((face) => [face, new Set(exportsOf(path.join(dist, `${face}.js`)))]),
    );
    const sources = faces.map((face) => this.#sourceOf(face));
    for (const source of sources) this.#needed.mayMake(source);
    for (const source of sources) this.#needed.addFace(source);
    this.#nameAll();
  }

  #sourceOf(face) {
    return this.#program.getSourceFile(path.join(this.#dist, `${face}.d.ts`));
  }

  /** Names of a face, each with what it stands for. */
  #exportsOf(face) {
    const module = this.#checker.getSymbolAtLocation(this.#sourceOf(face));
    return this.#checker.getExportsOfModule(module).map((symbol) => {
      const isAlias = symbol.flags & ts.SymbolFlags.Alias;
      return [symbol.name, isAlias ? this.#checker.getAliasedSymbol(symbol) : symbol];
    });
  }

  /** Two of one name, or one that would hide a global which somebody means, are told apart by a number; what a face exports goes first. */
  #nameAll() {
    const taken = this.#globals();
    const faces = [...this.#values.keys()].flatMap((face) => this.#exportsOf(face));
    const first = faces.filter(([name, symbol]) => symbol.name === name).map(([, one]) => one);
    for (const symbol of new Set([...first, ...this.#needed.declared()])) {
      let name = symbol.name;
      for (let count = 2; taken.has(name); count += 1) name = `${symbol.name}${count}`;
      taken.add(name);
      this.#names.set(symbol, name);
    }
  }

  /** Names of others that declarations use: of the language, of Node. */
  #globals() {
    const names = new Set();
    const visit = (node) => {
      if (ts.isIdentifier(node)) {
        const [declaration] = this.#needed.resolved(node)?.declarations ?? [];
        if (declaration !== undefined && !this.#needed.isOurs(declaration)) names.add(node.text);
      }
      ts.forEachChild(node, visit);
    };
    for (const statement of this.#needed.statements()) visit(statement);
    return names;
  }

  /** Names that are others here. */
  #renamingEdits(statement, source) {
    const edits = [];
    const visit = (node) => {
      const name = ts.isIdentifier(node) && this.#names.get(this.#needed.resolved(node));
      if (name && name !== node.text) {
        edits.push({ from: node.getStart(source), to: node.end, text: name });
      }
      ts.forEachChild(node, visit);
    };
    visit(statement);
    return edits;
  }

  #textOf(statement) {
    const source = statement.getSourceFile();
    const uncalled = (statement.members ?? []).filter((one) => this.#needed.isUncalled(one));
    const hiding = [...hidingEdits(statement), ...uncalled.map(goneEdit)];
    const isGone = ({ from }) => hiding.some((one) => from >= one.from && from < one.to);
    const renaming = this.#renamingEdits(statement, source).filter((one) => !isGone(one));
    const edits = [...hiding, ...exportEdits(statement, source), ...renaming];
    const full = source.text;
    let text = '';
    let at = statement.getFullStart();
    for (const edit of edits.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
      text += full.slice(at, edit.from) + edit.text;
      at = edit.to;
    }
    text = (text + full.slice(at, statement.end)).trim();
    return text
      .replaceAll(PRIVATE, '')
      .replaceAll(INDENTED, (spaces) => ' '.repeat(spaces.length / 4))
      .replaceAll(PROSE, joined);
  }

  /** All that is declared. */
  get types() {
    const statements = [...this.#needed.statements()];
    const sources = new Set(statements.map((one) => one.getSourceFile()));
    const libraries = new Set(
      [...sources].flatMap((source) => source.libReferenceDirectives.map((one) => one.fileName)),
    );
    const lines = [...libraries].map((name) => `/// <reference lib="${name}" />`);
    // one word makes it a module, which exports all that it declares
    const [first, ...others] = statements.map((one) => this.#textOf(one));
    return [...lines, first.replace(/^(?=interface|type|declare)/m, 'export '), ...others];
  }

  /** What a face exports, and not through the one that it has whole. */
  linesOf(face, whole) {
    const to = (other) => {
      const link = path.posix.relative(path.posix.dirname(face), other);
      return link.startsWith('.') ? `${link}.js` : `./${link}.js`;
    };
    const known = new Set(whole === undefined ? [] : this.#exportsOf(whole).map(([name]) => name));
    const names = this.#exportsOf(face)
      .filter(([name]) => !known.has(name))
      .map(([name, symbol]) => {
        const declared = this.#names.get(symbol);
        const isType = !this.#values.get(face).has(name) && isValue(symbol);
        return `${isType ? 'type ' : ''}${declared === name ? name : `${declared} as ${name}`}`;
      });
    const all = whole === undefined ? [] : [`export * from '${to(whole)}';`];
    return [...all, `export { ${names.join(', ')} } from '${to(TYPES)}';`];
  }
}

/**
 * Declarations of what is under `dist`, into `folder`, where the code is. `faces` are the files whose exports are the package's;
 * `whole`: by face, another one that is whole in it.
 */
export function writeDeclarations(folder, dist, faces, whole) {
  const declarations = new Declarations(dist, faces);
  const write = (name, lines) => {
    const file = path.join(folder, `${name}.d.ts`);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `${lines.join('\n')}\n`);
  };
  for (const face of faces) write(face, declarations.linesOf(face, whole[face]));
  write(TYPES, declarations.types);
}
