// A worker: loads the function, then serves the connections that the supervisor hands to it. The
// supervisor stops it: nothing here watches the deadline.

import { createApp } from "./app.js";
import { reportError, surviveErrors } from "./call.js";
import { Connections } from "./connections.js";
import { createContext } from "./event.js";
import { LoadError, loadHandler } from "./loader.js";
import { readSettings } from "./settings.js";
import { warmUp } from "./warm_up.js";
import { loadLibrary } from "./worker_library.js";

async function main() {
  const library = loadLibrary();
  // OBSERVABILITY-10: libuv opens them when they are first asked for, and the library blocks them.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  const settings = readSettings(process.env);
  /** @type {import("./app.js").Service} */
  const service = {
    handler: () => {},
    context: createContext(settings),
    bodyLimit: 0,
  };
  const app = createApp(service);
  const connections = new Connections(library, app);
  service.bodyLimit = library.open(connections.listeners).bodyLimit;
  service.handler = await loadHandler(settings);
  await warmUp(app, service);
  surviveErrors();
  process.on("exit", () => library.exiting()); // FAILURE-4
  // At the end of the runtime. A function with listeners of its own ends the process itself.
  process.on("SIGTERM", () => process.listenerCount("SIGTERM") > 1 || process.exit(0));
  library.start();
}

main().catch((error) => {
  // LOAD-5, LOAD-7: the supervisor takes the last line for the cause.
  if (error instanceof LoadError) process.stderr.write(`${error.details}${error.message}\n`);
  else reportError(error);
  process.exit(1);
});
