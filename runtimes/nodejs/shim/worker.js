// A worker: the only process that runs the user's code. It takes connections from the supervisor
// and is stopped by it; nothing here watches the deadline.

import { createApp } from "./app.js";
import { reportError, surviveErrors } from "./call.js";
import { Leases } from "./leases.js";
import { LedgerWriter } from "./ledger.js";
import { loadHandler } from "./loader.js";
import { LogBuffer } from "./log_buffer.js";
import { readSettings } from "./settings.js";

const LEDGER_DESCRIPTOR = 4;
const PROBES = new Set(["/healthz", "/readyz", "/metrics"]);

const tell = (message) => process.send?.(message, undefined, undefined, () => {});

/** Make writes to the standard streams wait for their reader, so that none is lost
 * (OBSERVABILITY-10). */
function writeAtOnce() {
  for (const stream of [process.stdout, process.stderr]) stream._handle?.setBlocking?.(true);
}

const pathOf = (request) => request.url.split("?", 1)[0];

/** Answer probes on a connection that has come for the function before. */
class Probes {
  constructor(ledger) {
    Object.assign(this, { ledger, asked: 0, responses: new Map() });
  }

  isProbe(request) {
    return PROBES.has(pathOf(request));
  }

  serve(request, response) {
    this.asked += 1;
    this.responses.set(this.asked, response);
    tell({ type: "probe", id: this.asked, path: pathOf(request) });
  }

  answer(id, { status, type, body }) {
    this.ledger.skip();
    const response = this.responses.get(id);
    this.responses.delete(id);
    // RESPONSE-14
    const headers = { "Content-Type": type, "Access-Control-Allow-Origin": "*" };
    response.writeHead(status, headers);
    response.end(body);
  }
}

async function main() {
  writeAtOnce();
  const settings = readSettings(process.env);
  const ledger = new LedgerWriter(LEDGER_DESCRIPTOR);
  let handler;
  try {
    handler = await loadHandler(settings);
  } catch (error) {
    process.stderr.write(error.cause === undefined ? "" : `${error.cause}\n`);
    tell({ type: "failed", cause: error.message });
    return;
  }
  surviveErrors();
  const probes = new Probes(ledger);
  const leases = new Leases({
    ledger,
    serve: (request, response) =>
      probes.isProbe(request) ? probes.serve(request, response) : app(request, response),
    report: (released) => tell({ type: "released", ...released }),
  });
  const log = new LogBuffer(ledger);
  const app = createApp({ settings, handler, ledger, leases, log });
  const actions = {
    serve: (message, socket) => leases.begin(message, socket),
    yield: () => leases.yield(),
    drain: () => leases.drain(),
    probe: ({ id, answer }) => probes.answer(id, answer),
  };
  process.on("message", (message, socket) => actions[message?.type]?.(message, socket));
  process.on("disconnect", () => process.exit(0));
  tell({ type: "loaded" });
}

main().catch((error) => {
  reportError(error);
  process.exit(1);
});
