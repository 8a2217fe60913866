// The Express application of a worker: body, function, answer.

import { ServerResponse } from "node:http";
import express from "express";
import { hasBody, peekBody, readBody } from "./body.js";
import { reportError, runCall } from "./call.js";
import { decoderFor } from "./content_coding.js";
import { createEvent } from "./event.js";
import { RequestError } from "./request_error.js";
import { OUTCOME } from "./worker_library.js";

/** @typedef {import("./connection.js").Connection} Connection */
/** @typedef {import("express").Response & {bodyBytes?: number, ends?: boolean}} Response */

/**
 * What the application serves.
 *
 * @typedef {object} Service
 * @property {(event: import("./event.js").Event, context: object) => any} handler
 * @property {object} context
 * @property {number} bodyLimit bytes of a body after decoding
 */

/** @param {Buffer} body */
const keep = (body) => body;

const ALLOW_ORIGIN = "Access-Control-Allow-Origin";

/** @param {{req: {socket: unknown}}} response */
const connectionOf = (response) => /** @type {Connection} */ (response.req.socket);

/**
 * Add the size of `piece`, as `write` and `end` take it, to what is counted of the body.
 *
 * @param {Response} response
 * @param {any} piece
 * @param {any} encoding
 */
function count(response, piece, encoding) {
  const sendsBody = response.req.method !== "HEAD";
  const size =
    typeof piece === "string" ? Buffer.byteLength(piece, encoding) : (piece?.byteLength ?? 0);
  response.bodyBytes = (response.bodyBytes ?? 0) + (sendsBody ? size : 0);
}

/**
 * See to the headers of each answer, and tell the connection when it ends.
 *
 * @param {import("express").Express} app
 */
function watchAnswers(app) {
  const { writeHead, write, end } = ServerResponse.prototype;
  /** @type {ThisType<Response>} */
  const methods = {
    /** @param {Parameters<typeof writeHead>} parameters */
    writeHead(...parameters) {
      if (!this.hasHeader(ALLOW_ORIGIN)) this.setHeader(ALLOW_ORIGIN, "*"); // RESPONSE-14
      if (connectionOf(this).last) this.setHeader("Connection", "close");
      writeHead.apply(this, parameters);
      // Nothing has been sent yet: Node sends the head with the first piece.
      if (this.ends) connectionOf(this).answerEnds(this.statusCode, this.bodyBytes ?? 0);
      return this;
    },
    /** @param {Parameters<typeof write>} parameters */
    write(...parameters) {
      count(this, parameters[0], parameters[1]);
      return write.apply(this, parameters);
    },
    /** @param {any[]} parameters */
    end(...parameters) {
      if (this.writableEnded) return end.apply(this, /** @type {any} */ (parameters));
      count(this, parameters[0], parameters[1]);
      this.ends = true;
      if (this.headersSent) connectionOf(this).answerEnds(this.statusCode, this.bodyBytes ?? 0);
      return end.apply(this, /** @type {any} */ (parameters));
    },
  };
  Object.assign(app.response, methods);
}

/**
 * Have each request parse its query once, so that a function can change what it holds, as with the
 * Express that Kubeless had.
 *
 * @param {import("express").Express} app
 */
function keepQuery(app) {
  const parse = Object.getOwnPropertyDescriptor(express.request, "query")?.get;
  /** @this {import("express").Request} @param {unknown} value */
  function set(value) {
    Object.defineProperty(this, "query", { value, writable: true, enumerable: true });
  }
  /** @this {import("express").Request} */
  function get() {
    set.call(this, parse?.call(this));
    return this.query;
  }
  Object.defineProperty(app.request, "query", { get, set, configurable: true, enumerable: true });
}

/**
 * Answer what never reached the function.
 *
 * @type {import("express").ErrorRequestHandler}
 */
// Express tells an error's handler by its four parameters.
// eslint-disable-next-line no-unused-vars
function refuse(error, request, response, next) {
  const refused = error instanceof RequestError;
  connectionOf(response).outcome = refused ? OUTCOME.noCall : OUTCOME.failedCall;
  if (!refused) reportError(error);
  if (response.headersSent) return void request.socket.destroy();
  const text = refused ? error.message : "Internal Server Error";
  response
    .status(refused ? error.status : 500)
    .set(refused ? error.headers : {})
    .type("text/plain")
    .end(`${text}\n`);
}

/**
 * Return the application that serves `service`, of which it looks up the handler for each request.
 *
 * @param {Service} service
 */
export function createApp(service) {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.set("query parser", "extended"); // the default of the Express that Kubeless had
  keepQuery(app);
  watchAnswers(app);
  app.use(async (request, response) => {
    /** @type {Buffer | undefined} */
    let body;
    if (hasBody(request)) {
      const coding = request.headers["content-encoding"];
      const decode = coding === undefined ? keep : await decoderFor(coding, service.bodyLimit);
      body = await (request.is("multipart/*") ? peekBody : readBody)(request, decode);
      Object.assign(request, { body, rawBody: body });
    }
    const event = createEvent(request, response, body);
    await runCall(service.handler, event, service.context);
  });
  app.use(refuse);
  return app;
}
