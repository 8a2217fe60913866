// Node's http server on the connections that the worker library receives.

import { createServer } from "node:http";
import { Connection } from "./connection.js";

// Bytes. The library has accepted the head; Node counts some of its bytes in another way.
const LARGEST_HEAD = 1_048_576;

/**
 * Return a server that never listens: connections are given to it. What it would judge by itself,
 * the library and the supervisor have judged before.
 *
 * @param {import("node:http").RequestListener} serve
 */
function createIdleServer(serve) {
  const server = createServer({
    keepAliveTimeout: 0,
    headersTimeout: 0,
    requestTimeout: 0,
    maxHeaderSize: LARGEST_HEAD,
    requireHostHeader: false,
  });
  server.timeout = 0;
  server.maxHeadersCount = 0;
  server.on("request", (request, response) => {
    const connection = /** @type {Connection} */ (request.socket);
    // Node closes the connection if the method is PRI once it has parsed the request.
    if (connection.acceptsLater) process.nextTick(accept, connection, request, response);
    else accept(connection, request, response);
  });
  /**
   * @param {Connection} connection
   * @param {import("node:http").IncomingMessage} request
   * @param {import("node:http").ServerResponse} response
   */
  function accept(connection, request, response) {
    connection.accept(request, response);
    serve(/** @type {any} */ (request), /** @type {any} */ (response));
  }
  server.on("checkContinue", (request, response) => {
    // The library has sent it before it read the body; without it Node would close the connection.
    /** @type {Connection} */ (request.socket).withoutSending(() => response.writeContinue());
    server.emit("request", request, response);
  });
  server.on("clientError", (error, socket) => /** @type {Connection} */ (socket).refuse());
  return server;
}

export class Connections {
  /** @type {Map<number, Connection>} */
  #bySlot = new Map();
  #library;
  #server;

  /**
   * @param {import("./worker_library.js").Library} library
   * @param {import("node:http").RequestListener} serve
   */
  constructor(library, serve) {
    this.#library = library;
    this.#server = createIdleServer(serve);
  }

  /** @returns {import("./worker_library.js").Listeners} */
  get listeners() {
    return {
      request: (slot, ...delivered) => this.#open(slot).deliver(...delivered),
      clientClosed: (slot, reset) => this.#bySlot.get(slot)?.clientClosed(reset),
      sent: (slot) => this.#bySlot.get(slot)?.sent(),
      lost: (slot) => this.#bySlot.get(slot)?.destroy(),
      exit: () => process.exit(0),
    };
  }

  /** @param {number} slot */
  #open(slot) {
    const known = this.#bySlot.get(slot);
    if (known !== undefined && !known.destroyed) return known;
    const connection = new Connection(this.#library, slot);
    this.#bySlot.set(slot, connection);
    connection.once("close", () => {
      if (this.#bySlot.get(slot) === connection) this.#bySlot.delete(slot);
    });
    this.#server.emit("connection", connection);
    return connection;
  }
}
