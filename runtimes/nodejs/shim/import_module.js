// Executes the user's module, and returns its exports.

import { existsSync, readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { compileFunction } from "node:vm";

const PARAMETERS = ["exports", "require", "module", "__filename", "__dirname"];

/**
 * @param {string} text of a package.json
 * @returns {string | undefined}
 */
function typeIn(text) {
  try {
    const { type } = JSON.parse(text);
    return type === "module" || type === "commonjs" ? type : undefined;
  } catch {
    return undefined; // Node says what is wrong with it when it loads the module
  }
}

/**
 * The type that the nearest package.json gives to modules in `folder`; undefined: none.
 *
 * @param {string} folder
 * @returns {string | undefined}
 */
function packageType(folder) {
  const file = join(folder, "package.json");
  if (existsSync(file)) return typeIn(readFileSync(file, "utf8"));
  const parent = dirname(folder);
  return parent === folder ? undefined : packageType(parent);
}

/** @param {string} path */
function hasCommonJsSyntax(path) {
  try {
    compileFunction(readFileSync(path, "utf8"), PARAMETERS);
    return true;
  } catch {
    return false;
  }
}

/**
 * Whether the module at `path` is CommonJS for certain, as Node itself would find. Not so if it is
 * TypeScript or has a syntax error: `import` tells what it is, or what is wrong with it.
 *
 * @param {string} path a real path
 */
function isCommonJs(path) {
  if (extname(path) !== ".js") return extname(path) === ".cjs";
  const type = packageType(dirname(path));
  return type === undefined ? hasCommonJsSyntax(path) : type === "commonjs";
}

/**
 * Execute the module at `path` and return its exports, those of CommonJS as they are. CommonJS is
 * loaded by `require`, because `import` leaves `module.parent` undefined, by which a module takes
 * itself for the program.
 *
 * @param {string} path
 */
export async function importModule(path) {
  const require = createRequire(import.meta.url);
  // A ConfigMap's files are links; the cache of `require` has real paths.
  const real = realpathSync(path);
  if (isCommonJs(real)) return require(real);
  const space = await import(pathToFileURL(path).href);
  // CommonJS in TypeScript that `import` has loaded is in that cache too.
  return require.cache[real]?.exports ?? space;
}
