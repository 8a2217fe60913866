// What the function's context and the loader need of the environment. The supervisor has checked
// all settings before it starts a worker (LOAD-11, LOAD-12, LOAD-13).

const DEFAULT_TIMEOUT = "180"; // seconds
const DEFAULT_FOLDER = "/kubeless";

/**
 * @typedef {object} Settings
 * @property {string} moduleName the function's file, with or without its extension
 * @property {string} handlerName what the module exports
 * @property {string} folder the install volume
 * @property {number} timeout seconds that a call may take
 * @property {string} runtime passed on to the function
 * @property {string} memoryLimit passed on to the function
 */

/**
 * Read the settings from `environment`, in which an empty value counts as not set.
 *
 * @param {Record<string, string | undefined>} environment
 * @returns {Readonly<Settings>}
 */
export function readSettings(environment) {
  return Object.freeze({
    moduleName: environment.MOD_NAME ?? "",
    handlerName: environment.FUNC_HANDLER ?? "",
    folder: environment.KUBELESS_INSTALL_VOLUME || DEFAULT_FOLDER,
    timeout: Number(environment.FUNC_TIMEOUT || DEFAULT_TIMEOUT),
    runtime: environment.FUNC_RUNTIME ?? "",
    memoryLimit: environment.FUNC_MEMORY_LIMIT ?? "",
  });
}
