// A worker: the only process that runs the user's code. It takes connections from the supervisor
// and is stopped by it; nothing here watches the deadline.

import { createServer } from "node:http";
import { createApp } from "./app.js";
import { reportError, surviveErrors } from "./call.js";
import { IDLE, LedgerWriter } from "./ledger.js";
import { Lease } from "./lease.js";
import { loadHandler } from "./loader.js";
import { readSettings } from "./settings.js";

const LEDGER_DESCRIPTOR = 4;
const PROBES = new Set(["/healthz", "/readyz", "/metrics"]);
const LARGEST_HEAD = 65_536; // bytes

const tell = (message) => process.send?.(message, undefined, undefined, () => {});

/** Make writes to the standard streams wait for their reader, so that none is lost
 * (OBSERVABILITY-10). */
function writeAtOnce() {
  for (const stream of [process.stdout, process.stderr]) stream._handle?.setBlocking?.(true);
}

/** Answer probes on a connection that has come for the function before. */
class Probes {
  constructor(ledger) {
    this.ledger = ledger;
  }

  isProbe(request) {
    return PROBES.has(request.url.split("?", 1)[0]);
  }

  serve(request, response) {
    this.response = response;
    tell({ type: "probe", path: request.url.split("?", 1)[0] });
  }

  answer({ status, type, body }) {
    this.ledger.skip();
    // RESPONSE-14
    const headers = { "Content-Type": type, "Access-Control-Allow-Origin": "*" };
    this.response.writeHead(status, headers);
    this.response.end(body);
  }
}

function createLease(ledger, probes, getApp) {
  const server = createServer({ keepAliveTimeout: 0, maxHeaderSize: LARGEST_HEAD });
  server.timeout = server.requestTimeout = server.headersTimeout = 0;
  // The server keeps the list of its connections only once it "listens".
  server.emit("listening");
  return new Lease({
    server,
    isCalling: () => ledger.state[0] !== IDLE,
    serve: (request, response) =>
      probes.isProbe(request) ? probes.serve(request, response) : getApp()(request, response),
    report: (how) => tell({ type: "released", how }),
  });
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
  const lease = createLease(ledger, probes, () => app);
  const app = createApp({ settings, handler, ledger, lease });
  const actions = {
    serve: ({ head }, socket) => {
      if (socket) lease.begin(socket, Buffer.from(head));
      else tell({ type: "released", how: "closed" });
    },
    yield: () => lease.yield(),
    drain: () => lease.drain(),
    probe: ({ answer }) => probes.answer(answer),
  };
  process.on("message", (message, socket) => actions[message?.type]?.(message, socket));
  process.on("disconnect", () => process.exit(0));
  tell({ type: "loaded" });
}

main().catch((error) => {
  reportError(error);
  process.exit(1);
});
