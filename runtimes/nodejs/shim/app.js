// The Express application of a worker: access log, CORS, body, function.

import { ServerResponse } from "node:http";
import cors from "cors";
import express from "express";
import { accessLog } from "./access_log.js";
import { hasBody, peekBody, readBody, RequestError } from "./body.js";
import { reportError, runCall } from "./call.js";
import { createContext, createEvent } from "./event.js";

const ALLOW_ORIGIN = "Access-Control-Allow-Origin";

/** Answer a preflight (RESPONSE-13); every other OPTIONS is the function's (REQUEST-1). */
function preflights(ledger) {
  const policy = cors();
  return (request, response, next) => {
    const preflight = request.headers["access-control-request-method"] !== undefined;
    if (request.method !== "OPTIONS" || !preflight) return next();
    ledger.skip();
    return policy(request, response, next);
  };
}

/** See to each answer's headers, tell the ledger of its first byte, count those of its pieces. */
function watchAnswers(app, ledger) {
  const count = (response, chunk, encoding) => {
    if (chunk === undefined || chunk === null || typeof chunk === "function") return;
    const bytes = typeof chunk === "string" ? Buffer.byteLength(chunk, encoding) : chunk.length;
    response.streamedBytes = (response.streamedBytes ?? 0) + bytes;
  };
  Object.assign(app.response, {
    writeHead(...parameters) {
      // RESPONSE-14: unless the function has set one.
      if (!this.hasHeader(ALLOW_ORIGIN)) this.setHeader(ALLOW_ORIGIN, "*");
      ledger.respond(); // TIMEOUT-13: from here on nobody else may answer.
      return ServerResponse.prototype.writeHead.apply(this, parameters);
    },
    write(...parameters) {
      count(this, ...parameters);
      return ServerResponse.prototype.write.apply(this, parameters);
    },
    end(...parameters) {
      count(this, ...parameters);
      return ServerResponse.prototype.end.apply(this, parameters);
    },
  });
}

/** Answer what never reached the function. */
function refuse(leases, ledger) {
  // Express tells an error's handler by its four parameters.
  // eslint-disable-next-line no-unused-vars
  return (error, request, response, next) => {
    const lease = leases.of(request);
    ledger.skip();
    if (!(error instanceof RequestError)) reportError(error);
    if (response.headersSent || request.socket.destroyed) return lease.cut();
    const status = error instanceof RequestError ? error.status : 500;
    if (!request.complete) {
      // REQUEST-14: the client is still sending; the supervisor reads on so that it can read us.
      lease.linger();
      response.set("Connection", "close");
    }
    const text = error instanceof RequestError ? error.message : "Internal Server Error";
    return response.status(status).type("text/plain").end(text);
  };
}

/** Return the application that serves `handler`; `leases` own the connections, `log` is a stream. */
export function createApp({ settings, handler, ledger, leases, log }) {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  watchAnswers(app, ledger);
  const runner = { ledger, leases, handler, context: createContext(settings) };
  app.use(accessLog(settings.logFormat, log));
  app.use(preflights(ledger));
  app.use(async (request, response) => {
    let body;
    const lease = leases.of(request);
    if (hasBody(request)) {
      const read = request.is("multipart/*") ? peekBody : readBody;
      try {
        body = await read(request, settings.bodyLimit);
      } finally {
        // Another connection's call may have begun meanwhile.
        while (ledger.calling) await leases.turn();
      }
      request.rawBody = body;
      request.body = body;
    }
    const event = createEvent(request, response, body);
    try {
      await runCall(runner, lease, event);
    } finally {
      leases.settle(lease);
    }
  });
  app.use(refuse(leases, ledger));
  return app;
}
