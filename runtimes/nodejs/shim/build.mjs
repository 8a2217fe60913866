// Makes one file of the worker's sources and packages: it starts three times as fast.

import { build } from "esbuild";

const [folder] = process.argv.slice(2);

// What Express loads at once and hardly a function uses: half of a worker's start otherwise.
const RARE = ["mime-types", "qs", "crypto"];

/**
 * Make the modules `names` load when they are first used.
 *
 * @param {string[]} names
 * @returns {import("esbuild").Plugin}
 */
function loadLate(names) {
  return {
    name: "load-late",
    setup({ onResolve, onLoad }) {
      onResolve(
        { filter: new RegExp(`^(${names.join("|")})$`) },
        ({ path, namespace, resolveDir }) =>
          namespace === "late" ? undefined : { path, namespace: "late", pluginData: resolveDir },
      );
      onLoad({ filter: /./, namespace: "late" }, ({ path, pluginData }) => ({
        contents: `
          const load = () => require(${JSON.stringify(path)});
          module.exports = new Proxy({}, { get: (target, name) => load()[name] });`,
        resolveDir: pluginData,
      }));
    },
  };
}

await build({
  entryPoints: ["worker.js"],
  outdir: folder,
  outExtension: { ".js": ".cjs" },
  bundle: true,
  platform: "node",
  // To import `node:http` as an ES module would load the whole of fetch with it, 70 ms.
  format: "cjs",
  target: "node20",
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "external",
  define: { "import.meta.url": "__url" },
  banner: { js: 'const __url = require("node:url").pathToFileURL(__filename).href;' },
  // Express loads its body parsers even where nobody uses them.
  alias: { "body-parser": "./no_body_parser.js" },
  plugins: [loadLate(RARE)],
});
