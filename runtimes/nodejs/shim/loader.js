// Finds the user's module, CommonJS, ESM or TypeScript, and the handler in it.

import { existsSync } from "node:fs";
import { extname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import { importModule } from "./import_module.js";

const EXTENSIONS = [".js", ".mjs", ".cjs", ".ts", ".mts", ".cts"];

/** A function that can't be served; `message` is one line, `details` the text of its own error. */
export class LoadError extends Error {
  /**
   * @param {string} message
   * @param {string} [details]
   */
  constructor(message, details = "") {
    super(message);
    /** @readonly */
    this.details = details;
  }
}

/**
 * Return the path of module `name` in `folder`. Throws a LoadError if there is none (LOAD-1).
 *
 * @param {string} folder
 * @param {string} name
 */
export function findModule(folder, name) {
  // A name that already has an extension is taken as it is.
  const extensions = EXTENSIONS.includes(extname(name)) ? [""] : EXTENSIONS;
  const candidates = extensions.map((extension) => join(folder, name + extension));
  const path = candidates.find((candidate) => existsSync(candidate));
  if (path) return path;
  throw new LoadError(
    `module \`${name}\` not found: neither of ${candidates.map((c) => `\`${c}\``).join(", ")} exists`,
  );
}

/**
 * Return the names in `exports` that can be handlers, sorted.
 *
 * @param {any} exports
 */
function callableNames(exports) {
  if (exports === null || (typeof exports !== "object" && typeof exports !== "function")) return [];
  const names = Object.keys(exports).filter((name) => name !== "module.exports");
  return names.filter((name) => typeof exports[name] === "function").sort();
}

/**
 * Return the handler `name` of `exports`, with the object that holds it as its `this`. Throws a
 * LoadError (LOAD-2, LOAD-6).
 *
 * @param {any} exports of the module at `path`
 * @param {string} name
 * @param {string} path
 * @returns {(event: object, context: object) => any}
 */
export function findHandler(exports, name, path) {
  const own = exports?.[name];
  const value = own ?? exports?.default?.[name];
  if (typeof value === "function") return value.bind(own ? exports : exports.default);
  if (value !== undefined && value !== null) {
    throw new LoadError(
      `handler \`${name}\` in \`${path}\` can't be called: it is of type \`${typeof value}\``,
    );
  }
  // The Kubeless runtime took a module that is a function itself, whatever the handler's name. An
  // ES module is one by its default export.
  if (typeof exports === "function") return exports;
  if (typeof exports?.default === "function") return exports.default;
  const names = [...new Set([...callableNames(exports), ...callableNames(exports?.default)])];
  const found = names.map((each) => `\`${each}\``).join(", ") || "no function";
  throw new LoadError(`handler \`${name}\` not found in \`${path}\`: it exports ${found}`);
}

/**
 * What Node itself reports of a syntax error: file, line and the text with a mark (LOAD-3).
 * `import()` drops the place of an error in an ES module, the command line shows it.
 *
 * @param {string} path
 * @param {SyntaxError} error
 */
async function describeSyntaxError(path, error) {
  if (error.stack && /^(file:\/\/)?\/[^\n]*:\d+\n/.test(error.stack)) return error.stack;
  const source = `import ${JSON.stringify(pathToFileURL(path).href)}`;
  const options = ["--no-warnings", "--input-type=module", "--eval", source];
  // Imported late, because that takes a tenth of a worker's start.
  const { spawnSync } = await import("node:child_process");
  const { stderr } = spawnSync(process.execPath, options, { encoding: "utf8", timeout: 5000 });
  return stderr || (error.stack ?? "");
}

/**
 * Return what a LoadError says of `error`: one line, and the whole for the log (LOAD-5).
 *
 * @param {string} path
 * @param {unknown} error
 */
async function describe(path, error) {
  if (!(error instanceof Error)) return [String(error), String(error)];
  const summary = `${error.name}: ${error.message}`.split("\n")[0];
  if (!(error instanceof SyntaxError)) return [summary, inspect(error)];
  const whole = await describeSyntaxError(path, error);
  const place = /^(?:file:\/\/)?(\/[^\n]*:\d+)\n/.exec(whole);
  return [place ? `${place[1]}: ${summary}` : summary, whole];
}

/**
 * Load module and handler as `settings` name them. Rejects with a LoadError.
 *
 * @param {import("./settings.js").Settings} settings
 */
export async function loadHandler(settings) {
  const path = findModule(settings.folder, settings.moduleName);
  let exports;
  try {
    exports = await importModule(path);
  } catch (error) {
    const [summary, details] = await describe(path, error);
    throw new LoadError(`module \`${path}\` can't be loaded: ${summary}`, `${details}\n`);
  }
  return findHandler(exports, settings.handlerName, path);
}
