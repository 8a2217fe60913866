import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { killGroup, killTree, treeOf } from "../../shim/processes.js";

/** Start a shell in a group of its own; resolves with it and the ID it prints. */
async function start(script) {
  const child = spawn("sh", ["-c", script], {
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(child.stdout, "data");
  return [child, Number(line)];
}

function lives(id) {
  try {
    process.kill(id, 0);
    return treeOf(process.pid).has(id) || treeOf(1).has(id);
  } catch {
    return false;
  }
}

/** How many processes there are with `argument`. */
function countOf(argument) {
  const names = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return names.filter((name) => {
    try {
      const line = readFileSync(`/proc/${name}/cmdline`, "latin1");
      return line.split("\0").includes(argument);
    } catch {
      return false;
    }
  }).length;
}

async function waitUntilNot(condition) {
  for (let count = 0; count < 100 && condition(); count += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.equal(condition(), false);
}

const waitUntilDead = (id) => waitUntilNot(() => lives(id));

test("descendants are found at any depth, and who is left of a session", () => {
  const seen = new Map([
    [5, { parent: 4, session: 5 }],
    [4, { parent: 3, session: 3 }],
    [3, { parent: 2, session: 3 }],
    [6, { parent: 1, session: 3 }],
    [9, { parent: 2, session: 2 }],
    [7, { parent: 1, session: 7 }],
  ]);
  assert.deepEqual([...treeOf(3, seen)].sort(), [3, 4, 5, 6]);
  assert.deepEqual([...treeOf(7, seen)], [7]);
});

test("a tree ends with what it has started in another session", async () => {
  const [child, id] = await start("setsid sleep 60 & echo $!; wait");
  const ended = once(child, "exit");
  killTree(child.pid);
  assert.equal((await ended)[1], "SIGKILL");
  await waitUntilDead(id);
});

test("nothing survives that is started while the tree is killed", async () => {
  const script = "echo $$; while :; do setsid sleep 60.0625 & done";
  const [child] = await start(script);
  await new Promise((resolve) => setTimeout(resolve, 50));
  killTree(child.pid);
  if (child.signalCode === null) await once(child, "exit");
  await waitUntilNot(() => countOf("60.0625") > 0);
});

test("what is left of a group ends", async () => {
  const [child, id] = await start("sleep 60 & echo $!");
  if (child.exitCode === null) await once(child, "exit");
  killGroup(child.pid);
  await waitUntilDead(id);
});

test("who has ended already is no error", () => {
  killTree(2 ** 22 + 1);
  killGroup(2 ** 22 + 1);
});
