// Builds static/dist/ from WeUI and static/src/: one small stylesheet of what the citizens' templates really use,
// one more for the hall's pages, one of the desk's own (without WeUI), the scripts and the pictures, each under a name that carries its content's hash, and manifest.json to find them.
// The same input gives the same output. Run by `make` (npm run build); needs the packages of package.json.
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { browserslistToTargets, transform } from 'lightningcss';
import { PurgeCSS } from 'purgecss';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const WEUI = path.join(ROOT, 'node_modules/weui/dist/style');
const SRC = path.join(ROOT, 'static/src');
const IMG = path.join(ROOT, 'static/img');
const DIST = path.join(ROOT, 'static/dist');
const APART = ['desk', 'hall'];
const WIDGETS = ['base/base', 'widget/weui-cell/weui-cell', 'widget/weui-button/weui-button', 'widget/weui-tab/weui-tab'];

// WeChat on Android ships its own Chromium; the oldest still met is about as old as these.
const TARGETS = browserslistToTargets(['chrome 66', 'ios_saf 12', 'safari 12']);

const read = (file) => readFile(file, 'utf8');

/** WeUI for a page that scales with the reader's text: pixels turned into rem. Its dark theme is left out whole,
 *  because half a dark page is worse than none; the selectors for it that remain match nothing and are purged. */
function adapted(css) {
  const visitor = {
    Length: (length) => (length.unit === 'px' && Math.abs(length.value) > 2 ? { unit: 'rem', value: length.value / 16 } : undefined),
    Rule: { media: (rule) => (/prefers-color-scheme/.test(JSON.stringify(rule.value.query)) ? [] : undefined) },
  };
  return transform({ filename: 'weui.css', code: Buffer.from(css), visitor }).code.toString();
}

/** url("img:name.svg") becomes the picture itself: an icon is smaller than a request for it. */
async function withPictures(css) {
  const names = [...new Set([...css.matchAll(/url\("img:([\w/.-]+)"\)/g)].map((found) => found[1]))];
  for (const name of names) {
    const svg = (await read(path.join(IMG, name))).trim().replace(/"/g, "'");
    const data = svg.replace(/[#%<>{}]/g, (sign) => encodeURIComponent(sign));
    css = css.replaceAll(`url("img:${name}")`, `url("data:image/svg+xml,${data}")`);
  }
  return css;
}

async function stylesheet() {
  const weui = await Promise.all(WIDGETS.map(async (name) => adapted(await read(path.join(WEUI, `${name}.css`)))));
  const own = await Promise.all((await listed(SRC, '.css')).filter((name) => !APART.some((begin) => name.startsWith(begin))).map((name) => read(path.join(SRC, name))));
  const raw = [...weui, await withPictures(own.join('\n'))].join('\n');
  const [purged] = await new PurgeCSS().purge({
    content: [path.join(ROOT, 'templates/**/*.html'), path.join(SRC, '*.js')],
    css: [{ raw }],
    variables: true,
    // Names that a template puts together from a value.
    safelist: { standard: ['js', /^icon_/, /^tag_/, /^note_/] },
    defaultExtractor: (content) => content.match(/[\w-]+/g) || [],
  });
  return transform({ filename: 'app.css', code: Buffer.from(purged.css), minify: true, targets: TARGETS }).code;
}

/** A stylesheet of its own, whole: all files that begin with its name. The desk's brings nothing along; the hall's
 *  stands beside app.css. */
async function apart(begin) {
  const own = await Promise.all((await listed(SRC, '.css')).filter((name) => name.startsWith(begin)).map((name) => read(path.join(SRC, name))));
  const code = Buffer.from(await withPictures(own.join('\n')));
  return transform({ filename: `${begin}.css`, code, minify: true, targets: TARGETS }).code;
}

const listed = async (folder, ending) => (await readdir(folder)).filter((name) => name.endsWith(ending)).sort();

async function main() {
  const files = new Map([['app.css', await stylesheet()]]);
  for (const begin of APART) files.set(`${begin}.css`, await apart(begin));
  for (const name of await listed(SRC, '.js')) files.set(name, await readFile(path.join(SRC, name)));
  for (const ending of ['.svg', '.png']) {
    for (const name of await listed(IMG, ending)) files.set(name, await readFile(path.join(IMG, name)));
  }
  await mkdir(DIST, { recursive: true });
  const manifest = {};
  for (const [name, content] of files) {
    const hash = createHash('sha256').update(content).digest('hex').slice(0, 10);
    const { name: stem, ext } = path.parse(name);
    manifest[name] = `${stem}.${hash}${ext}`;
    const gzip = gzipSync(content, { level: 9 });
    await writeFile(path.join(DIST, manifest[name]), content);
    await writeFile(path.join(DIST, `${manifest[name]}.gz`), gzip);
    await writeFile(path.join(DIST, `${manifest[name]}.br`), brotliCompressSync(content));
    console.log(`${manifest[name]}  ${content.length} bytes, ${gzip.length} compressed`);
  }
  // The manifest changes hands last and at once, so a running server never names a file that is not there.
  await writeFile(path.join(DIST, 'manifest.json.new'), `${JSON.stringify(manifest, null, 1)}\n`);
  await rename(path.join(DIST, 'manifest.json.new'), path.join(DIST, 'manifest.json'));
  const wanted = new Set(['manifest.json', ...Object.values(manifest).flatMap((name) => [name, `${name}.gz`, `${name}.br`])]);
  for (const name of await readdir(DIST)) if (!wanted.has(name)) await rm(path.join(DIST, name), { recursive: true });
}

await main();
