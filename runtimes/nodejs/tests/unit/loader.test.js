import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { findHandler, findModule, loadHandler } from "../../shim/loader.js";

let folder;

before(() => (folder = mkdtempSync(join(tmpdir(), "loader-"))));
after(() => rmSync(folder, { recursive: true }));

/** Write `text` to the file `name` and load `handler` of it. */
function load(name, text) {
  writeFileSync(join(folder, name), text);
  const moduleName = name.replace(/\.\w+$/, "");
  return loadHandler({ folder, moduleName, handlerName: "handler" });
}

test("CommonJS", async () => {
  assert.equal((await load("common.js", "exports.handler = () => 1;"))(), 1);
});

test("an ES module by its extension", async () => {
  assert.equal(
    (await load("module.mjs", "export const handler = () => 2;"))(),
    2,
  );
});

test("a handler on the default export", async () => {
  assert.equal(
    (await load("default.mjs", "export default { handler: () => 3 };"))(),
    3,
  );
});

test("a module that is a function itself", async () => {
  assert.equal((await load("itself.js", "module.exports = () => 4;"))(), 4);
});

test("`this` and `__filename` are a CommonJS module's own", async () => {
  const handler = await load("own.js", "exports.handler = () => __filename;");
  assert.equal(handler(), join(folder, "own.js"));
});

test("`.js` comes before `.mjs`", () => {
  writeFileSync(join(folder, "both.js"), "");
  writeFileSync(join(folder, "both.mjs"), "");
  assert.equal(findModule(folder, "both"), join(folder, "both.js"));
});

test("a name with an extension is taken as it is", () => {
  writeFileSync(join(folder, "named.mjs"), "");
  assert.equal(findModule(folder, "named.mjs"), join(folder, "named.mjs"));
});

test("a module that isn't there", () => {
  assert.throws(() => findModule(folder, "missing"), /`missing` not found/);
});

test("a syntax error is told with file and line", async () => {
  await assert.rejects(
    load("syntax.js", "\n\nexports.handler = (;\n"),
    /syntax\.js:3: SyntaxError/,
  );
});

test("a syntax error of an ES module is told with file and line", async () => {
  const loading = load("wrong.mjs", "\n\nexport const handler = (;\n");
  await assert.rejects(loading, /wrong\.mjs:3: SyntaxError/);
});

test("what a module throws is told in one line, with its trace as the details", async () => {
  await assert.rejects(
    load("throws.js", "throw new Error('no luck');"),
    (error) => {
      assert.match(error.message, /^[^\n]*Error: no luck$/);
      assert.match(error.details, /throws\.js:1/);
      return true;
    },
  );
});

test("a handler that isn't there: the names that are", () => {
  const exports = { two: () => 2, one: () => 1, three: 3 };
  assert.throws(
    () => findHandler(exports, "handler", "x.js"),
    /it exports `one`, `two`$/,
  );
});

test("a handler that can't be called", () => {
  assert.throws(
    () => findHandler({ handler: 5 }, "handler", "x.js"),
    /type `number`/,
  );
});

test("a module without functions", () => {
  for (const exports of [{}, null, undefined, 7]) {
    assert.throws(
      () => findHandler(exports, "handler", "x.js"),
      /it exports no function$/,
    );
  }
});
