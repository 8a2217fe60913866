// The supervisor's hold on a client's connection. It keeps a descriptor of its own while a worker
// serves the connection, so that it can answer after the worker's end.

import { STATUS_CODES } from "node:http";
import { inspectHead } from "./head.js";

const LARGEST_BUFFERED = 1_048_576; // bytes of a body that are read before a worker is occupied
const IDLE_AFTER = 120_000; // ms: how long a connection may do nothing
const LINGER = 10_000; // ms: how long a client may go on sending after its answer

/** Return an answer as bytes; the connection ends after it. */
function rawAnswer(method, status, type, body, headers) {
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `Content-Type: ${type}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Access-Control-Allow-Origin: *", // RESPONSE-14
    `Date: ${new Date().toUTCString()}`,
    ...headers,
  ];
  return `${lines.join("\r\n")}\r\n\r\n${method === "HEAD" ? "" : body}`;
}

/**
 * One connection. `route(client)` is called when a request has arrived, as far as it is buffered:
 * `client.request` is what inspectHead says of it. `reject(client, status)` is called for what
 * is no request; both then answer, or send the connection to a worker.
 */
export class Client {
  constructor(socket, { route, reject, closed }) {
    Object.assign(this, { socket, route, reject, closed, request: null, attempts: 0 });
    this.bytes = Buffer.alloc(0);
    this.remoteAddress = socket.remoteAddress;
    this.lingering = false;
    this.arrived = performance.now();
    socket.server = null; // Otherwise Node counts the connections of each worker, with messages.
    socket.setTimeout(IDLE_AFTER, () => socket.destroy());
    socket.on("error", () => {});
    socket.on("data", (chunk) => this.#read(chunk));
    socket.on("end", () => socket.destroySoon());
    socket.on("close", () => this.closed(this));
  }

  get gone() {
    return this.socket.destroyed;
  }

  /** Whether nothing of a request has arrived. */
  get idle() {
    return this.request === null && this.bytes.length === 0;
  }

  /** Whether all of the request is here: of any other, a worker may have read more. */
  get repeatable() {
    return !this.request.streamed && this.bytes.length >= this.request.length;
  }

  #read(chunk) {
    if (this.lingering) return;
    this.bytes = this.bytes.length === 0 ? chunk : Buffer.concat([this.bytes, chunk]);
    if (this.request === null) this.#inspect();
    else if (this.bytes.length > 2 * LARGEST_BUFFERED) this.socket.pause();
  }

  #inspect() {
    if (this.bytes.length === 0) return;
    const request = inspectHead(this.bytes);
    if (request.kind === "partial") return;
    if (request.kind === "bad") return this.reject(this, request.status);
    // CONCURRENCY-7: a client that is slow to send occupies no worker.
    const complete = this.bytes.length >= request.length;
    if (!complete && !request.streamed && request.bodyLength <= LARGEST_BUFFERED) return;
    this.arrived = performance.now();
    this.request = request;
    this.route(this);
  }

  /** Stop reading and return what has been read: from now on the bytes are a worker's. */
  handOver() {
    const { socket, bytes } = this;
    socket.pause();
    socket.setTimeout(0);
    // `pause` alone lets one more piece be read.
    socket._handle.readStop();
    socket._handle.reading = false;
    return bytes;
  }

  /** The worker has given the connection back; with `inFlight` a request may lie in it unread. */
  takeBack({ inFlight = false } = {}) {
    Object.assign(this, { request: null, bytes: Buffer.alloc(0), attempts: 0, inFlight });
    this.socket.setTimeout(IDLE_AFTER);
    this.#readOn();
  }

  /** Undo `handOver`: the stream believes that it reads all the time. */
  #readOn() {
    const { socket } = this;
    if (this.gone) return;
    socket.resume();
    if (!socket._handle.reading) {
      socket._handle.reading = true;
      socket._handle.readStart();
    }
  }

  /** Answer a request without a worker, and go on with the next where `last` is false. */
  answer(status, body, { type = "text/plain; charset=utf-8", headers = [], last = true } = {}) {
    const close = last || !this.#endsInItsHead;
    const connection = close ? "Connection: close" : "Connection: keep-alive";
    if (!this.gone) {
      const { method } = this.request ?? {};
      this.socket.write(rawAnswer(method, status, type, body, [...headers, connection]));
    }
    if (close) return this.linger();
    this.bytes = this.bytes.subarray(this.request.length);
    this.request = null;
    this.#readOn();
    return this.#inspect();
  }

  /** Whether it is certain where the next request begins: a body must never be taken for one. */
  get #endsInItsHead() {
    const { strict = false, bodyLength, streamed } = this.request ?? {};
    return strict && bodyLength === 0 && !streamed;
  }

  /** End the connection, but read on for a while so that the answer reaches who still sends. */
  linger() {
    this.lingering = true;
    this.bytes = Buffer.alloc(0);
    if (this.gone) return;
    this.socket.end();
    this.#readOn();
    this.socket.setTimeout(0);
    setTimeout(() => this.socket.destroy(), LINGER).unref();
  }

  /** End the connection so that the client sees that the answer isn't whole (TIMEOUT-13). */
  reset() {
    if (!this.gone) this.socket.resetAndDestroy();
  }

  close() {
    this.socket.destroy();
  }
}
