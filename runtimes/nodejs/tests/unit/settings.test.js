import assert from "node:assert/strict";
import { test } from "node:test";
import { readSettings, SettingsError } from "../../shim/settings.js";

const REQUIRED = { MOD_NAME: "hello", FUNC_HANDLER: "handler" };

test("defaults are those of SPEC.md", () => {
  const settings = readSettings(REQUIRED);
  assert.equal(settings.timeout, 180);
  assert.equal(settings.port, 8080);
  assert.equal(settings.folder, "/kubeless");
  assert.equal(settings.bodyLimit, 50 * 1024 * 1024);
  assert.equal(settings.workers, 16);
  assert.equal(settings.concurrency, 128);
  assert.equal(settings.logFormat, "apache");
  assert.equal(settings.grace, 185);
});

test("an empty value counts as none", () => {
  assert.equal(
    readSettings({ ...REQUIRED, FUNC_TIMEOUT: "", FUNC_PORT: "" }).port,
    8080,
  );
});

test("decimals are accepted where SPEC.md says so", () => {
  const settings = readSettings({
    ...REQUIRED,
    FUNC_TIMEOUT: "0.5",
    REQ_MB_LIMIT: ".5",
  });
  assert.equal(settings.timeout, 0.5);
  assert.equal(settings.bodyLimit, 524288);
});

test("the grace is never shorter than the timeout", () => {
  const given = { ...REQUIRED, FUNC_TIMEOUT: "10", FUNC_GRACE_PERIOD: "2" };
  assert.equal(readSettings(given).grace, 10);
});

for (const [name, value] of [
  ["FUNC_TIMEOUT", "0"],
  ["FUNC_TIMEOUT", "-1"],
  ["FUNC_TIMEOUT", "soon"],
  ["FUNC_PORT", "0"],
  ["FUNC_PORT", "65536"],
  ["FUNC_PORT", "80.5"],
  ["FUNC_WORKERS", "0"],
  ["FUNC_WORKERS", "1025"],
  ["FUNC_CONCURRENCY", "65537"],
  ["REQ_MB_LIMIT", "1e3"],
  ["FUNC_LOG_FORMAT", "xml"],
]) {
  test(`\`${name}\` may not be \`${value}\``, () => {
    assert.throws(
      () => readSettings({ ...REQUIRED, [name]: value }),
      (error) =>
        error instanceof SettingsError &&
        error.message.includes(`\`${value}\``),
    );
  });
}

test("all bad settings are named at once", () => {
  assert.throws(
    () => readSettings({ FUNC_TIMEOUT: "x", FUNC_PORT: "y" }),
    /MOD_NAME.*FUNC_HANDLER|FUNC_TIMEOUT.*FUNC_PORT/,
  );
});
