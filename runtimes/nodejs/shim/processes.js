// Ends a worker and all that it has started.

import { readdirSync, readFileSync } from "node:fs";

/** Return parent and session of each process that can be seen, by process ID. */
function processes() {
  const result = new Map();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "latin1");
      // The second field is a name in parentheses, which may hold anything.
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      result.set(Number(name), { parent: Number(fields[1]), session: Number(fields[3]) });
    } catch {
      // It has ended in the meantime.
    }
  }
  return result;
}

/** Return `root`, its session and the processes that descend from them, of all those in `seen`. */
export function treeOf(root, seen = processes()) {
  const tree = new Set([root]);
  for (let size = 0; size !== tree.size;) {
    size = tree.size;
    for (const [id, { parent, session }] of seen) {
      if (tree.has(parent) || session === root) tree.add(id);
    }
  }
  return tree;
}

function signal(id, name) {
  try {
    process.kill(id, name);
  } catch {
    // It has ended already.
  }
}

/** Kill the worker `leader`, its process group, its session and its descendants (TIMEOUT-11). */
export function killTree(leader) {
  const stopped = new Set();
  // All are stopped first, until nobody new is found: who runs may start another meanwhile.
  for (let found = [leader]; found.length > 0;) {
    for (const id of found) signal(id, "SIGSTOP");
    for (const id of found) stopped.add(id);
    found = [...treeOf(leader)].filter((id) => !stopped.has(id));
  }
  for (const id of stopped) signal(id, "SIGKILL");
  signal(-leader, "SIGKILL");
}

/** Kill what is left in the process group of a leader that has ended by itself. */
export function killGroup(leader) {
  signal(-leader, "SIGKILL");
}
