// Bundles the compiled program with the packages that it loads: `node scripts/bundle.js [DIST]`. To find and read a few
// large files takes a third of the time that more than a thousand small ones take.
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { rolldown } from 'rolldown';

const [dist = 'dist'] = process.argv.slice(2);
// As deep as the folders of dist, so that paths relative to a module stay right.
const folder = path.join(dist, 'bundle');

/** Prisma, GraphiQL and Redis are large and rarely needed: they are loaded from their packages. */
const SEPARATE = [/^@prisma\//, /^@redis\//, /^@graphql-yoga\/render-graphiql/, 'pg-native'];

rmSync(folder, { recursive: true, force: true });
const bundle = await rolldown({
  input: path.join(dist, 'main.js'),
  platform: 'node',
  external: SEPARATE,
  // ECMAScript modules where a package has both forms: they need no wrapper, and nothing unused is kept.
  resolve: { mainFields: ['module', 'main'] },
  onLog: (level, { message }) => {
    if (level === 'warn') throw new Error(message);
  },
});
const { output } = await bundle.write({ dir: folder, format: 'esm', chunkFileNames: '[name].js' });
await bundle.close();
writeFileSync(path.join(folder, 'LICENSES.txt'), licenses());

/** The licenses of all bundled packages. Throws if a package has none. */
function licenses() {
  const modules = output.flatMap((part) => (part.type === 'chunk' ? part.moduleIds : []));
  const packages = new Set(modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id) ?? []));
  return [...packages].toSorted().map(license).join('\n');
}

function license(from) {
  const { name, version, license: short } = JSON.parse(readFileSync(path.join(from, 'package.json'), 'utf8'));
  const file = readdirSync(from).find((each) => /^licen[cs]e/i.test(each));
  if (file === undefined && short === undefined) throw new Error(`${name} has no license`);
  const text = file === undefined ? `License: ${short}` : readFileSync(path.join(from, file), 'utf8').trim();
  return `${name} ${version}\n\n${text}\n`;
}
