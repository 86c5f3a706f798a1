// Bundles the editor into the package, writes the licences of all that is in it, and records what it was made of.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "feedsvc", "web", "static");
const licences = "editor.licences.txt";

const { metafile } = await build({
  absWorkingDir: here,
  entryPoints: ["editor.js"],
  outfile: join(out, "editor.js"),
  bundle: true,
  minify: true,
  format: "iife",
  target: ["chrome111", "firefox114", "safari16.4"],
  charset: "utf8",
  legalComments: "none",
  banner: { js: `/* Made by \`make assets\` from assets/. Licences: ${licences} */` },
  metafile: true,
  logLevel: "info",
});

const bundled = new Set();
for (const file of Object.keys(metafile.inputs)) {
  const found = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file);
  if (found) bundled.add(found[1]);
}
const texts = [...bundled].sort().map((name) => {
  const folder = join(here, "node_modules", name);
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((one) => /^licen[cs]e(\.\w+)?$/i.test(one));
  if (!file) throw new Error(`${name} comes without its licence`);
  return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
});
writeFileSync(join(out, licences), `What is bundled into editor.js beside our own code.\n\n${texts.join(`\n${"-".repeat(80)}\n\n`)}`);

const sources = readdirSync(here).filter((name) => /\.js$|^package(-lock)?\.json$|^\.npmrc$/.test(name)).sort();
const recorded = [...sources.map((name) => `assets/${name}`), "feedsvc/web/static/editor.js", `feedsvc/web/static/${licences}`];
const lines = recorded.map((path) => `${createHash("sha256").update(readFileSync(join(here, "..", path))).digest("hex")}  ${path}`);
writeFileSync(join(here, "SHA256SUMS"), lines.join("\n") + "\n");
