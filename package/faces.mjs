// What is imported through a room's face, imported from the file that has it: a bundler takes a file for reached when another that is
// imports it, and a whole room would be wherever its face is.

import { readFileSync } from 'node:fs';
import path from 'node:path';

/** As tsc writes it: names, or all of them, from a file of ours. */
const FROM = /^(import|export) (\*|\{[^}]*\}) from "(\.[^"]+)";$/gm;

function namesIn(clause) {
  return clause
    .slice(1, -1)
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const [name, alias = name] = part.split(' as ');
      return { name, alias };
    });
}

export class Faces {
  #known = new Map();

  /** By name, where each export of a file is that only hands on; undefined: it has something of its own. */
  #handedOn(file) {
    if (!this.#known.has(file)) this.#known.set(file, this.#read(file));
    return this.#known.get(file);
  }

  #read(file) {
    const code = readFileSync(file, 'utf8');
    const own = code.replaceAll(FROM, '').replaceAll(/\/\*[^]*?\*\/|^\/\/.*$/gm, '');
    if (own.trim() !== '') return undefined;
    const places = new Map();
    for (const [, , clause, from] of code.matchAll(FROM)) {
      for (const { alias, ...place } of this.#places(file, clause, from)) places.set(alias, place);
    }
    return places;
  }

  /** The names of a statement, and the file and name that each is of. */
  #places(file, clause, from) {
    const source = path.resolve(path.dirname(file), from);
    const places = this.#handedOn(source);
    if (clause === '*') {
      const names = places ?? new Map(exportsOf(source).map((name) => [name, { source, name }]));
      return [...names].map(([alias, place]) => ({ alias, ...place }));
    }
    return namesIn(clause).map(({ name, alias }) => ({
      alias,
      ...(places?.get(name) ?? { source, name }),
    }));
  }

  /** The code of a file with each such statement in parts. */
  pastFaces(file) {
    return readFileSync(file, 'utf8').replaceAll(FROM, (_, verb, clause, from) =>
      this.#places(file, clause, from)
        .map(({ source, name, alias }) => {
          const names = name === alias ? name : `${name} as ${alias}`;
          return `${verb} { ${names} } from "${relative(file, source)}";`;
        })
        .join('\n'),
    );
  }
}

function relative(file, source) {
  const to = path.relative(path.dirname(file), source).replaceAll(path.sep, '/');
  return to.startsWith('.') ? to : `./${to}`;
}

/** All names that a file exports. */
export function exportsOf(file) {
  const code = readFileSync(file, 'utf8');
  const declared = code.matchAll(/^export (?:async )?(?:const|let|class|function\*?) (\w+)/gm);
  const listed = code.matchAll(/^export (\{[^}]*\})/gm);
  const whole = code.matchAll(/^export \* from "(\.[^"]+)";$/gm);
  return [
    ...[...declared].map(([, name]) => name),
    ...[...listed].flatMap(([, clause]) => namesIn(clause).map(({ alias }) => alias)),
    ...[...whole].flatMap(([, from]) => exportsOf(path.resolve(path.dirname(file), from))),
  ];
}
