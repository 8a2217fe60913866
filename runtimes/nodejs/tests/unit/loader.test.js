import assert from "node:assert/strict";
import {
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
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

test("an ES module whose default export is a function", async () => {
  const text = "export default () => 5; export const other = () => 6;";
  assert.equal((await load("modern.mjs", text))(), 5);
  const compiled =
    "exports.__esModule = true; exports.default = () => 7; exports.other = 1;";
  assert.equal((await load("compiled.js", compiled))(), 7);
});

test("`this` is the object that holds the handler", async () => {
  const object = "{ name: 'own', handler() { return this.name; } }";
  assert.equal((await load("this.js", `module.exports = ${object};`))(), "own");
  assert.equal((await load("this.mjs", `export default ${object};`))(), "own");
});

test("a module that is a link, as in a ConfigMap", async () => {
  mkdirSync(join(folder, "..data"));
  const word = "exports.word = 'linked';";
  for (const [name, text] of [
    ["linked_word.js", word],
    ["linked.js", "module.exports = () => require('./linked_word').word;"],
    [
      "linked_esm.mjs",
      "import words from './linked_word.js'; export default () => words.word;",
    ],
  ]) {
    writeFileSync(join(folder, "..data", name), text);
    symlinkSync(join("..data", name), join(folder, name));
  }
  const settings = { folder, handlerName: "handler" };
  for (const moduleName of ["linked", "linked_esm"]) {
    assert.equal((await loadHandler({ ...settings, moduleName }))(), "linked");
  }
});

test("CommonJS has a parent, and isn't the main module", async () => {
  const text =
    "exports.handler = () => [!module.parent, require.main === module];";
  assert.deepEqual((await load("parent.js", text))(), [false, false]);
  assert.deepEqual((await load("parent.cjs", text))(), [false, false]);
});

test("the syntax of a `.js` file tells what it is", async () => {
  const top = "const n = await 8; export const handler = () => n;";
  assert.equal((await load("top_await.js", top))(), 8);
  const words = "// import export await\nexports.handler = () => 9;";
  assert.equal((await load("words.js", words))(), 9);
  const shebang = "#!/usr/bin/env node\nexports.handler = () => 10;";
  assert.equal((await load("shebang.js", shebang))(), 10);
});

test("package.json tells what a `.js` file is", async () => {
  const manifest = (type) =>
    JSON.stringify({ repository: { type: "git" }, type });
  for (const [type, text] of [
    ["module", "export const handler = () => typeof module;"],
    ["commonjs", "exports.handler = () => typeof module;"],
  ]) {
    mkdirSync(join(folder, type));
    writeFileSync(join(folder, type, "package.json"), manifest(type));
    writeFileSync(join(folder, type, "own.js"), text);
    const moduleName = `${type}/own`;
    const handler = await loadHandler({
      folder,
      moduleName,
      handlerName: "handler",
    });
    assert.equal(handler(), type === "module" ? "undefined" : "object");
  }
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
