// Bundles the entry points in src/ to ../static/bundle/, with the licences of what went in.
import { build } from 'esbuild';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';

const here = new URL('.', import.meta.url);
const out = new URL('../static/bundle/', here).pathname;
const packages = new Set();

/** @param {Record<string, unknown>} options */
async function bundle(options) {
  const { metafile } = await build({
    absWorkingDir: here.pathname,
    bundle: true,
    minify: true,
    metafile: true,
    target: ['es2022'],
    outdir: out,
    legalComments: 'none',
    assetNames: '[name]',
    loader: { '.woff': 'file', '.woff2': 'file', '.ttf': 'file', '.eot': 'empty', '.svg': 'empty' },
    logLevel: 'warning',
    ...options,
  });
  for (const input of Object.keys(metafile.inputs)) {
    const found = input.match(/node_modules\/((?:@[^/]+\/)?[^/]+)\//);
    if (found) packages.add(found[1]);
  }
}

async function licences() {
  const parts = [];
  for (const name of [...packages].sort()) {
    const folder = new URL(`node_modules/${name}/`, here);
    const { version, license } = JSON.parse(await readFile(new URL('package.json', folder), 'utf8'));
    const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file ? await readFile(new URL(file, folder), 'utf8') : '';
    parts.push(`${name} ${version} (${license})\n\n${text.trim()}\n`);
  }
  return parts.join(`\n${'-'.repeat(72)}\n\n`);
}

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await bundle({ format: 'esm', entryPoints: ['src/app.js', 'src/viewer.js'] });
// Runs before the first paint, so it is no module.
await bundle({ format: 'iife', entryPoints: ['src/theme.js'] });
await writeFile(`${out}LICENCES.txt`, await licences());
