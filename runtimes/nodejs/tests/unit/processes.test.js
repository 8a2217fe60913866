import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { descendants, killGroup, killTree } from "../../shim/processes.js";

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
    return descendants(process.pid).includes(id) || descendants(1).includes(id);
  } catch {
    return false;
  }
}

async function waitUntilDead(id) {
  for (let count = 0; count < 100 && lives(id); count += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.equal(lives(id), false);
}

test("descendants are found at any depth", () => {
  const parentOf = new Map([
    [5, 4],
    [4, 3],
    [3, 2],
    [9, 2],
    [7, 1],
  ]);
  assert.deepEqual(descendants(3, parentOf).sort(), [3, 4, 5]);
  assert.deepEqual(descendants(7, parentOf), [7]);
});

test("a tree ends with what it has started in another session", async () => {
  const [child, id] = await start("setsid sleep 60 & echo $!; wait");
  const ended = once(child, "exit");
  killTree(child.pid);
  assert.equal((await ended)[1], "SIGKILL");
  await waitUntilDead(id);
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
