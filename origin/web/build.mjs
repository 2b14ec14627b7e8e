// Bundles src/ into the folder given as the only argument.
//
// Everything that the documents ask for lands in assets/ under a name that holds a hash of its
// content, so it may be cached for ever. The documents, index.html for listeners and creators.html,
// and the service worker, sw.js, are the only files that change in place.
// hls.js is a chunk of its own, because only browsers with Media Source Extensions ask for it. It is
// built from its sources: of its two builds, one lacks content steering and CMCD, and the other is
// half as large again, for subtitles, DRM and advertisements that nobody hears here.
// What is in assets/ is compressed here once and for all, as far as that makes it smaller.

import { createHash } from "node:crypto";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

import { build } from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const destination = process.argv[2];
if (!destination) {
  throw new Error("usage: node build.mjs DESTINATION");
}

const HLS = path.join(here, "node_modules/hls.js");
const { version } = JSON.parse(await readFile(path.join(HLS, "package.json"), "utf8"));
const PARTS = {
  ALT_AUDIO: false,
  CMCD: true,
  CONTENT_STEERING: true,
  EME_DRM: false,
  IFRAMES: false,
  INTERSTITIALS: false,
  M2TS_ADVANCED_CODECS: false,
  MEDIA_CAPABILITIES: false,
  SUBTITLES: false,
  VARIABLE_SUBSTITUTION: false,
};
const parts = Object.entries(PARTS).map(([name, isIn]) => [`__USE_${name}__`, String(isIn)]);
const hlsFromSources = {
  name: "hls.js from its sources",
  setup: (it) => it.onResolve({ filter: /^hls\.js$/ }, () => ({ path: path.join(HLS, "src/hls.ts") })),
};

// Whoever is handed a copy of others' work is handed its licence: one text of all, that each script names.
const { dependencies } = JSON.parse(await readFile(path.join(here, "package.json"), "utf8"));
const licenseOf = (name) => path.join(here, "node_modules", name, "LICENSE");
const texts = await Promise.all(Object.keys(dependencies).map(async (name) => `${name}\n\n${await readFile(licenseOf(name), "utf8")}`));
const licenses = texts.join(`\n\n${"-".repeat(80)}\n\n`);
const licensesName = `licenses-${createHash("sha256").update(licenses).digest("hex").slice(0, 8)}.txt`;

const { metafile } = await build({
  absWorkingDir: here,
  entryPoints: ["src/main.js", "src/style.css", "src/icon.svg"],
  outdir: path.resolve(destination, "assets"),
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  target: ["chrome111", "firefox113", "safari16.4"],
  minify: true,
  legalComments: "none",
  banner: { js: `/*! ${licensesName} */` },
  loader: { ".svg": "copy" },
  plugins: [hlsFromSources],
  define: {
    ...Object.fromEntries(parts),
    __VERSION__: JSON.stringify(version),
    __IN_WORKER__: "false",
    __HLS_WORKER_BUNDLE__: "undefined",
  },
  // As hls.js is compiled: fields without a value are types alone, and nothing is set by them.
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
  metafile: true,
  logLevel: "warning",
});

const outputs = Object.entries(metafile.outputs);
const bundled = (source) => {
  const [file] = outputs.find(([, output]) => Object.keys(output.inputs).includes(source));
  return `assets/${path.basename(file)}`;
};
const entry = (source) => {
  const found = outputs.find(([, output]) => output.entryPoint === source);
  return found ? `assets/${path.basename(found[0])}` : bundled(source);
};

const output = (source) => outputs.find(([, { entryPoint }]) => entryPoint === source);

/** Name the files that a module needs before it runs, itself first. */
function needed(file) {
  const imports = metafile.outputs[file].imports.filter(({ kind }) => kind === "import-statement");
  return [file, ...imports.flatMap((each) => needed(each.path))];
}

const address = (file) => `assets/${path.basename(file)}`;
const files = (...sources) => [...new Set(sources.flatMap((source) => needed(output(source)[0])))].map(address);
const [main] = files("src/main.js");
const engine = address(outputs.find(([, { inputs }]) => Object.keys(inputs).some((each) => each.startsWith("node_modules/hls.js/")))[0]);

// What a page imports is asked for beside its entry, not after it.
const template = await readFile(path.join(here, "src/index.html"), "utf8");
async function write(name, ...sources) {
  const preloads = files(...sources).filter((file) => file !== main).map((file) => `<link rel="modulepreload" href="${file}">`);
  const page = template.replaceAll(/%(src\/[\w.]+)%/g, (_, source) => entry(source)).replace("%preloads%", preloads.join("")).replace("%hls%", engine);
  await writeFile(path.join(destination, name), page);
  return page;
}

await mkdir(destination, { recursive: true });
const home = await write("index.html", "src/main.js", "src/home.js");
await write("creators.html", "src/main.js");

// The worker is another one whenever anything is: its text has a hash of all. It keeps what a page
// that is open may still ask for when the next build is there; what is large only once it is used.
const SMALL_BYTES = 30_000;
const shell = outputs.filter(([, { bytes }]) => bytes < SMALL_BYTES).map(([file]) => address(file));
const everything = createHash("sha256").update(home).update(Object.keys(metafile.outputs).toSorted().join());
await build({
  absWorkingDir: here,
  entryPoints: { sw: "src/shell_worker.js" },
  outdir: path.resolve(destination),
  bundle: true,
  format: "iife",
  target: ["chrome111", "firefox113", "safari16.4"],
  minify: true,
  define: {
    BUILD: JSON.stringify(everything.digest("hex").slice(0, 16)),
    SHELL: JSON.stringify(shell),
  },
  logLevel: "warning",
});

const CODINGS = {
  ".br": (content) => brotliCompressSync(content, {
    params: {
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
    },
  }),
  ".gz": (content) => gzipSync(content, { level: constants.Z_BEST_COMPRESSION }),
};
for (const [file] of outputs) {
  const where = path.join(destination, address(file));
  const content = await readFile(where);
  for (const [suffix, compress] of Object.entries(CODINGS)) {
    const compressed = compress(content);
    if (compressed.length < content.length) {
      await writeFile(where + suffix, compressed);
    }
  }
}

await writeFile(path.join(destination, "assets", licensesName), licenses);
await mkdir(path.join(destination, "licenses"), { recursive: true });
for (const name of Object.keys(dependencies)) {
  const text = path.join(destination, `licenses/${name.replaceAll("/", "-")}.txt`);
  await cp(licenseOf(name), text);
}
