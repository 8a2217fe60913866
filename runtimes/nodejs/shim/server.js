// Process 1's child: runs the supervisor until a signal ends it.

import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { reportFailure } from "./failure.js";
import { LogQueue, openStdout } from "./log_queue.js";
import { readSettings } from "./settings.js";
import { Supervisor } from "./supervisor.js";

/** The worker's program lies beside this one: a source, or made from it (build.mjs). */
function workerPath() {
  const self = fileURLToPath(import.meta.url);
  return join(dirname(self), `worker${extname(self)}`);
}

/** Run the runtime until a signal ends it. */
export async function main() {
  let supervisor;
  let ending;
  const end = () => {
    ending ??= (supervisor?.ready ? supervisor.drain() : Promise.resolve()).then(() => {
      process.exit(0); // LIFECYCLE-3
    });
  };
  process.on("SIGTERM", end);
  process.on("SIGINT", end); // LIFECYCLE-8
  try {
    const settings = readSettings(process.env);
    supervisor = new Supervisor(settings, workerPath(), new LogQueue(openStdout()));
    await supervisor.start();
    supervisor.ready = true;
  } catch (error) {
    reportFailure(error.message);
    process.exit(1);
  }
}

main();
