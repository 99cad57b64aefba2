/** Every export of every entry of the package is documented, and every public member of it, where an editor and typedoc look. */
import { join } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { ROOT } from './tree.ts';

/** What package.json names as `exports`, in src/. */
const ENTRIES = ['index.ts', 'node.ts', 'report/index.ts', 'abi/index.ts'];
const HIDDEN = ts.ModifierFlags.Private | ts.ModifierFlags.Protected | ts.ModifierFlags.Override;

function programOf(): ts.Program {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (file) =>
    ts.sys.readFile(file),
  ) as { config: object };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  return ts.createProgram(
    ENTRIES.map((entry) => join(ROOT, 'src', entry)),
    options,
  );
}

/** What of a declaration a user can write behind a dot. Overrides say what they override. */
function membersOf(declaration: ts.Declaration): ts.Declaration[] {
  const holder = ts.isTypeAliasDeclaration(declaration) ? declaration.type : declaration;
  if (
    !ts.isClassDeclaration(holder) &&
    !ts.isInterfaceDeclaration(holder) &&
    !ts.isTypeLiteralNode(holder)
  ) {
    return [];
  }
  return [...holder.members].filter(
    (member) =>
      member.name !== undefined &&
      !ts.isPrivateIdentifier(member.name) &&
      (ts.getCombinedModifierFlags(member) & HIDDEN) === 0,
  );
}

class Survey {
  readonly missing: Set<string> = new Set();
  exports = 0;
  readonly #checker: ts.TypeChecker;

  constructor(program: ts.Program) {
    this.#checker = program.getTypeChecker();
    for (const entry of ENTRIES) {
      const file = program.getSourceFile(join(ROOT, 'src', entry)) as ts.SourceFile;
      const module = this.#checker.getSymbolAtLocation(file) as ts.Symbol;
      for (const symbol of this.#checker.getExportsOfModule(module)) this.#export(symbol);
    }
  }

  #export(symbol: ts.Symbol): void {
    const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0;
    const found = isAlias ? this.#checker.getAliasedSymbol(symbol) : symbol;
    this.exports += 1;
    this.#note(found, symbol.name);
    for (const member of (found.declarations ?? []).flatMap(membersOf)) {
      const name = ts.getNameOfDeclaration(member) as ts.DeclarationName;
      const own = this.#checker.getSymbolAtLocation(name) as ts.Symbol;
      this.#note(own, `${symbol.name}.${own.name}`);
    }
  }

  #note(symbol: ts.Symbol, name: string): void {
    if (symbol.getDocumentationComment(this.#checker).length === 0) this.missing.add(name);
  }
}

it('says what it is', () => {
  const survey = new Survey(programOf());
  expect(survey.exports).toBeGreaterThan(500);
  expect([...survey.missing]).toEqual([]);
});
