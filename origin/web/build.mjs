// Bundles src/ into the folder given as the only argument.
//
// Everything that index.html asks for lands in assets/ under a name that holds a hash of its
// content, so it may be cached for ever; index.html itself is the only file that changes in place.
// hls.js is a chunk of its own, because only browsers with Media Source Extensions ask for it.

import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const destination = process.argv[2];
if (!destination) {
  throw new Error("usage: node build.mjs DESTINATION");
}

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
  loader: { ".svg": "copy" },
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

// What the entry imports at once is asked for beside it, not after it.
const main = outputs.find(([, output]) => output.entryPoint === "src/main.js")[1];
const preloads = main.imports
  .filter(({ kind }) => kind === "import-statement")
  .map(({ path: file }) => `<link rel="modulepreload" href="assets/${path.basename(file)}">`);

const template = await readFile(path.join(here, "src/index.html"), "utf8");
const page = template.replaceAll(/%(src\/[\w.]+)%/g, (_, source) => entry(source)).replace("%preloads%", preloads.join(""));
await mkdir(destination, { recursive: true });
await writeFile(path.join(destination, "index.html"), page);

await mkdir(path.join(destination, "licenses"), { recursive: true });
for (const name of ["hls.js", "uplot", "web-vitals"]) {
  await cp(path.join(here, "node_modules", name, "LICENSE"), path.join(destination, `licenses/${name}.txt`));
}
