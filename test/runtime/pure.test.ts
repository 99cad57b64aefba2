/** What bundlers are told of the package's values: they may be left out, and are what they were. */
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { ROOT } from '../house/tree.ts';

const { withPureValues } = (await import(join(ROOT, 'package/pure.mjs'))) as {
  withPureValues(code: string): string;
};

const CODE = `const base={a:1};
const list=[...Object.keys(base),"z"],ages=new Map([["x",2**5-1]]),empty=new Map;
const limit=2**32-1,huge=1n<<33n,made=Object.freeze({name:"made"}),half={...base,limit};
class Plain{};const Own=class{static all=new Set([1])};
function twice(n){return n*2}
const four=twice(2),arrow=()=>twice(3),text=\`a\${four}\`;
export{list,ages,empty,limit,huge,made,half,Plain,Own,four,arrow,text};`;

async function valuesOf(code: string): Promise<Record<string, unknown>> {
  const { arrow, Plain, Own, ...values } = (await import(
    `data:text/javascript,${encodeURIComponent(code)}`
  )) as Record<string, unknown>;
  expect([typeof arrow, typeof Plain, typeof Own]).toEqual(Array(3).fill('function'));
  return values;
}

it('values that are said to be pure are those that they were, once and again', async () => {
  const once = withPureValues(CODE);
  expect(await valuesOf(once)).toEqual(await valuesOf(CODE));
  expect(await valuesOf(withPureValues(once))).toEqual(await valuesOf(CODE));
  expect(withPureValues(withPureValues(once)).length).toBe(withPureValues(once).length);
});

/** Of all, one value is used. */
async function bundled(code: string): Promise<string> {
  const contents = `${code.replace(/export\{.*$/, '')}\nexport { arrow };`;
  const { outputFiles } = await build({
    stdin: { contents },
    bundle: true,
    format: 'esm',
    minify: true,
    write: false,
  });
  return outputFiles[0]!.text;
}

it('what nobody uses is not in a bundle', async () => {
  expect((await bundled(withPureValues(CODE))).length).toBeLessThan(80);
  expect((await bundled(CODE)).length).toBeGreaterThan(200);
});
