import assert from "node:assert/strict";
import { test } from "node:test";
import { readSettings } from "../../shim/settings.js";

const REQUIRED = { MOD_NAME: "hello", FUNC_HANDLER: "handler" };

test("defaults are those of SPEC.md", () => {
  assert.deepEqual(readSettings(REQUIRED), {
    moduleName: "hello",
    handlerName: "handler",
    folder: "/kubeless",
    timeout: 180,
    runtime: "",
    memoryLimit: "",
  });
});

test("what is set is taken", () => {
  const given = {
    ...REQUIRED,
    KUBELESS_INSTALL_VOLUME: "/volume",
    FUNC_TIMEOUT: "2.5",
    FUNC_RUNTIME: "nodejs24",
    FUNC_MEMORY_LIMIT: "128Mi",
  };
  const { folder, timeout, runtime, memoryLimit } = readSettings(given);
  assert.deepEqual(
    [folder, timeout, runtime, memoryLimit],
    ["/volume", 2.5, "nodejs24", "128Mi"],
  );
});

test("an empty value counts as not set", () => {
  const given = { ...REQUIRED, FUNC_TIMEOUT: "", KUBELESS_INSTALL_VOLUME: "" };
  assert.deepEqual(readSettings(given), readSettings(REQUIRED));
});
