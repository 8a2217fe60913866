// A client's connection as Node's http sees it: a socket whose bytes the worker library reads and
// sends. It carries one request at a time, because nothing of a next request may be read while the
// supervisor can still give it to another worker.

import { Socket } from "node:net";
import { OUTCOME, SENT } from "./worker_library.js";

/** @typedef {import("node:http").IncomingMessage} Request */
/** @typedef {import("node:http").ServerResponse & {bodyBytes?: number}} Response */

/** A request that is being answered. */
class Exchange {
  /** @type {Request | null} */
  request = null;
  /** @type {Response | null} */
  response = null;
  /** @type {number} */
  outcome = OUTCOME.call;
  /** Whether the supervisor knows how the request ended. */
  recorded = false;
  /** Whether all of the answer has been sent. */
  whole = false;
  /** What has yet to end: the answer, and the call if there is one. */
  open = 1;

  /**
   * @param {boolean} last
   * @param {string} [method] of a request whose head was changed for Node's parser
   * @param {string} [target]
   */
  constructor(last, method, target) {
    this.last = last;
    this.method = method;
    this.target = target;
  }
}

export class Connection extends Socket {
  /** @type {import("./worker_library.js").Library} */
  #library;
  /** @type {Exchange | null} */
  #exchange = null;
  #notifying = false;
  #muted = false;
  /** @type {((error?: Error | null) => void) | null} */
  #onSent = null;
  /** @type {NodeJS.Timeout | undefined} */
  #timer;
  /** @type {string | undefined} */
  #address;

  /**
   * @param {import("./worker_library.js").Library} library
   * @param {number} slot
   */
  constructor(library, slot) {
    super({ allowHalfOpen: true });
    this.#library = library;
    this.slot = slot;
  }

  // @ts-expect-error: Node's types have a property where Node has a getter.
  get remoteAddress() {
    this.#address ??= this.#library.address(this.slot);
    return this.#address;
  }

  // @ts-expect-error: as above.
  get remoteFamily() {
    return this.remoteAddress.includes(":") ? "IPv6" : "IPv4";
  }

  /** Whether the connection ends with the present answer. */
  get last() {
    return this.#exchange?.last ?? true;
  }

  /** Whether the present request gets another method after http has read it. */
  get acceptsLater() {
    return this.#exchange?.method !== undefined;
  }

  /**
   * Call `write`, and take what it writes for sent.
   *
   * @param {() => void} write
   */
  withoutSending(write) {
    this.#muted = true;
    write();
    this.#muted = false;
  }

  /** How the present request ends, one of OUTCOME. @param {number} outcome */
  set outcome(outcome) {
    if (this.#exchange) this.#exchange.outcome = outcome;
  }

  /**
   * Hand a whole request to http, which parses it at once.
   *
   * @param {Buffer} bytes
   * @param {boolean} last whether the connection ends with the answer
   * @param {string} [method]
   * @param {string} [target]
   */
  deliver(bytes, last, method, target) {
    this.#exchange = new Exchange(last, method, target);
    this.#restartTimer();
    this.push(bytes);
  }

  /**
   * http has read the request that was delivered.
   *
   * @param {Request} request
   * @param {Response} response
   */
  accept(request, response) {
    const exchange = this.#exchange;
    if (exchange === null) return;
    exchange.request = request;
    exchange.response = response;
    if (exchange.method !== undefined) request.method = exchange.method;
    if (exchange.target !== undefined) request.url = exchange.target;
    response.once("finish", () => (exchange.whole = true));
    response.on("close", () => this.#notifying || this.#settle(exchange));
  }

  /** A call of the present request begins; returns what is to be called at its end. */
  beginCall() {
    const exchange = this.#exchange;
    if (exchange) exchange.open += 1;
    return () => exchange && this.#settle(exchange);
  }

  /**
   * What is sent next is the end of the answer, which has a body of `bytes`.
   *
   * @param {number} status
   * @param {number} bytes
   */
  answerEnds(status, bytes) {
    const exchange = this.#exchange;
    if (exchange === null || exchange.recorded) return;
    exchange.recorded = this.#library.end(this.slot, exchange.outcome, status, bytes);
    if (!exchange.recorded) this.destroy();
  }

  /** Answer 400 to what http refuses to read (REQUEST-22). */
  refuse() {
    const exchange = this.#exchange;
    if (exchange === null || this.destroyed) return void this.destroy();
    const text = "Bad Request\n";
    exchange.outcome = OUTCOME.noCall;
    this.answerEnds(400, text.length);
    this.end(
      "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n" +
        `Content-Length: ${text.length}\r\nConnection: close\r\n\r\n${text}`,
      () => {
        exchange.whole = true;
        this.#settle(exchange);
      },
    );
  }

  /**
   * The client has closed its side, or with `reset` all of the connection. The function is told.
   * An answer that hasn't begun is still sent, because a client may close its side alone.
   *
   * @param {boolean} reset
   */
  clientClosed(reset) {
    const { request, response } = this.#exchange ?? {};
    if (reset || !request || !response || response.headersSent) return void this.destroy();
    this.#notifying = true;
    request.emit("aborted");
    request.emit("close");
    response.emit("close");
    this.#notifying = false;
  }

  /** What was to be sent later has been sent. */
  sent() {
    const callback = this.#onSent;
    this.#onSent = null;
    this.#restartTimer();
    callback?.();
  }

  /**
   * The answer or the call of `exchange` has ended. After both, the connection waits for its next
   * request, or is closed.
   *
   * @param {Exchange} exchange
   */
  #settle(exchange) {
    exchange.open -= 1;
    if (exchange.open > 0 || exchange !== this.#exchange) return;
    this.#exchange = null;
    const { recorded, whole, outcome, response } = exchange;
    const keep = !this.destroyed && !this.writableEnded;
    if (recorded && whole) {
      if (this.#library.finish(this.slot, keep)) setImmediate(() => this.#library.next());
      return;
    }
    const { statusCode = 0, bodyBytes = 0 } = response ?? {};
    this.#library.abort(this.slot, outcome, statusCode, bodyBytes);
    this.destroy();
  }

  /** @override */
  _read() {
    // What arrives is pushed.
  }

  /**
   * @override
   * @param {Buffer | string} piece
   * @param {BufferEncoding} encoding
   * @param {(error?: Error | null) => void} callback
   */
  _write(piece, encoding, callback) {
    if (this.#muted) return callback();
    this.#restartTimer();
    const sent = this.#library.send(this.slot, piece, encoding);
    if (sent === SENT.whole) return callback();
    this.#onSent = callback;
    if (sent === SENT.lost) this.destroy();
  }

  /**
   * @override
   * @param {Array<{chunk: any, encoding: BufferEncoding}>} pieces
   * @param {(error?: Error | null) => void} callback
   */
  _writev(pieces, callback) {
    const buffers = pieces.map(({ chunk, encoding }) =>
      typeof chunk === "string" ? Buffer.from(chunk, encoding) : chunk,
    );
    // One send: CONCURRENCY-8, and the client's process wakes once.
    this._write(Buffer.concat(buffers), "utf8", callback);
  }

  /**
   * @override
   * @param {(error?: Error | null) => void} callback
   */
  _final(callback) {
    callback();
  }

  /**
   * @override
   * @param {Error | null} error
   * @param {(error?: Error | null) => void} callback
   */
  _destroy(error, callback) {
    clearTimeout(this.#timer);
    super._destroy(error, callback);
    this.#onSent = null;
  }

  /**
   * Emit `timeout` after so many milliseconds in which nothing was read or sent. Node's own would
   * count from its call only, because it doesn't see what the library does.
   *
   * @override
   * @param {number} milliseconds
   * @param {() => void} [listener]
   */
  setTimeout(milliseconds, listener) {
    this.timeout = milliseconds;
    if (listener && milliseconds > 0) this.once("timeout", listener);
    else if (listener) this.off("timeout", listener);
    this.#restartTimer();
    return this;
  }

  #restartTimer() {
    clearTimeout(this.#timer);
    if (!this.timeout) return;
    this.#timer = setTimeout(() => this.emit("timeout"), this.timeout).unref();
  }
}
