// Settings: the environment in, one frozen object out. The environment is a parameter.

const DEFAULT_TIMEOUT = 180;

/** A setting that can't be used; `message` holds one line for each bad setting. */
export class SettingsError extends Error {}

const decimal = (text) =>
  /^(\d+\.?\d*|\.\d+)$/.test(text) && Number(text) > 0 ? Number(text) : NaN;

const whole = (low, high) => (text) =>
  /^\d+$/.test(text) && Number(text) >= low && Number(text) <= high ? Number(text) : NaN;

const choice =
  (...names) =>
  (text) =>
    names.includes(text) ? text : NaN;

const KINDS = {
  seconds: [decimal, "a number of seconds greater than 0, for example `2.5`"],
  megabytes: [decimal, "a number of MiB greater than 0, for example `50`"],
  port: [whole(1, 65535), "a port from 1 to 65535"],
  workers: [whole(1, 1024), "a whole number from 1 to 1024"],
  concurrency: [whole(1, 65536), "a whole number from 1 to 65536"],
  format: [choice("apache", "json"), "`apache` or `json`"],
};

/**
 * Read the settings of SPEC.md from `environment` (names to texts).
 * Throws a SettingsError that names every bad one with its value (LOAD-11, LOAD-12, LOAD-13).
 */
export function readSettings(environment) {
  const problems = [];
  const required = (name) => {
    if (!environment[name]) problems.push(`\`${name}\` is not set`);
    return environment[name];
  };
  const read = (name, kind, fallback) => {
    const text = environment[name];
    if (text === undefined || text === "") return fallback;
    const [parse, expected] = KINDS[kind];
    const value = parse(text);
    if (Number.isNaN(value)) problems.push(`\`${name}\` is \`${text}\`, expected ${expected}`);
    return value;
  };
  const timeout = read("FUNC_TIMEOUT", "seconds", DEFAULT_TIMEOUT);
  const settings = {
    moduleName: required("MOD_NAME"),
    handlerName: required("FUNC_HANDLER"),
    timeout,
    port: read("FUNC_PORT", "port", 8080),
    runtime: environment.FUNC_RUNTIME ?? "",
    memoryLimit: environment.FUNC_MEMORY_LIMIT ?? "",
    folder: environment.KUBELESS_INSTALL_VOLUME || "/kubeless",
    bodyLimit: Math.floor(read("REQ_MB_LIMIT", "megabytes", 50) * 1024 * 1024),
    workers: read("FUNC_WORKERS", "workers", 16),
    concurrency: read("FUNC_CONCURRENCY", "concurrency", 128),
    logFormat: read("FUNC_LOG_FORMAT", "format", "apache"),
    // LIFECYCLE-5: a drain is never shorter than a call may take.
    grace: Math.max(read("FUNC_GRACE_PERIOD", "seconds", timeout + 5), timeout),
  };
  if (problems.length > 0) throw new SettingsError(`bad settings: ${problems.join("; ")}`);
  return Object.freeze(settings);
}
