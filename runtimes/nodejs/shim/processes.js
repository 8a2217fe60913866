// Ends a worker and all that it has started.

import { readdirSync, readFileSync } from "node:fs";

/** Return the parent of each process that can be seen, by process ID. */
function parents() {
  const result = new Map();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "latin1");
      // The second field is a name in parentheses, which may hold anything.
      result.set(Number(name), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
    } catch {
      // It has ended in the meantime.
    }
  }
  return result;
}

/** Return `root` and the processes that descend from it. */
export function descendants(root, parentOf = parents()) {
  const tree = new Set([root]);
  for (let size = 0; size !== tree.size;) {
    size = tree.size;
    for (const [id, parent] of parentOf) if (tree.has(parent)) tree.add(id);
  }
  return [...tree];
}

function signal(id, name) {
  try {
    process.kill(id, name);
  } catch {
    // It has ended already.
  }
}

/** Kill the process group of `leader` and its descendants (TIMEOUT-11). */
export function killTree(leader) {
  signal(leader, "SIGSTOP"); // So that it starts nothing more in the meantime.
  for (const id of descendants(leader)) if (id !== leader) signal(id, "SIGKILL");
  signal(-leader, "SIGKILL");
  signal(leader, "SIGKILL");
}

/** Kill what is left in the process group of a leader that has ended by itself. */
export function killGroup(leader) {
  signal(-leader, "SIGKILL");
}
