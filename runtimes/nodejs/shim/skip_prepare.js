// Removes the scripts from a package.json that npm 6 didn't run with `--production`, as on Kubeless:
// they are for the project's developers, and need tools that are not installed.

import { readFileSync, rmSync, writeFileSync } from "node:fs";

const SCRIPTS = ["prepublish", "preprepare", "prepare", "postprepare"];
const [path] = process.argv.slice(2);

/** Return the manifest; undefined if npm will refuse it. */
function readManifest() {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

const manifest = readManifest();
if (SCRIPTS.some((name) => manifest?.scripts?.[name] !== undefined)) {
  for (const name of SCRIPTS) delete manifest.scripts[name];
  rmSync(path); // it may be a link to a file that can't be written
  writeFileSync(path, JSON.stringify(manifest, null, 2));
}
