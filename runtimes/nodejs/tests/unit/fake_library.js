// Stands for the compiled worker library: real TCP connections, requests read in the plainest way.

import { createServer } from "node:net";
import { SENT } from "../../shim/worker_library.js";

/** Return where the request in `bytes` ends, or undefined while it isn't whole. */
function endOfRequest(bytes) {
  const text = bytes.latin1Slice();
  const body = text.indexOf("\r\n\r\n") + 4;
  if (body < 4) return undefined;
  const head = text.slice(0, body).toLowerCase();
  if (head.includes("transfer-encoding: chunked")) {
    const last = text.indexOf("0\r\n\r\n", body);
    return last < 0 ? undefined : last + 5;
  }
  const length = Number(/content-length: (\d+)/.exec(head)?.[1] ?? 0);
  return text.length < body + length ? undefined : body + length;
}

/** The library as the shim sees it; `records` and `aborted` are what it was told. */
export class FakeLibrary {
  records = [];
  aborted = [];
  /** Whether each request is the last one of its connection. */
  last = false;
  #listeners;
  #sockets = [];
  #received = [];
  #server = createServer({ allowHalfOpen: true }, (socket) =>
    this.#accept(socket),
  );

  open(listeners) {
    this.#listeners = listeners;
    return { bodyLimit: 1000 };
  }

  /** Listen, and return the address. */
  async listen() {
    await new Promise((resolve) =>
      this.#server.listen(0, "127.0.0.1", resolve),
    );
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  close() {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  get sockets() {
    return this.#sockets;
  }

  #accept(socket) {
    const slot = this.#sockets.push(socket) - 1;
    this.#received[slot] = Buffer.alloc(0);
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      this.#received[slot] = Buffer.concat([this.#received[slot], bytes]);
      this.#deliver(slot);
    });
    socket.on("end", () => this.#listeners.clientClosed(slot, false));
  }

  /** Deliver the first whole request of a connection. */
  #deliver(slot) {
    const end = endOfRequest(this.#received[slot]);
    if (end === undefined) return;
    const request = this.#received[slot].subarray(0, end);
    this.#received[slot] = this.#received[slot].subarray(end);
    this.#listeners.request(slot, request, this.last);
  }

  next() {
    for (const slot of this.#sockets.keys()) this.#deliver(slot);
  }

  address(slot) {
    return this.#sockets[slot].remoteAddress;
  }

  end(slot, outcome, status, bytes) {
    this.records.push({ outcome, status, bytes });
    return true;
  }

  send(slot, piece, encoding) {
    this.#sockets[slot].write(piece, encoding);
    return SENT.whole;
  }

  finish(slot, keep) {
    if (!keep) this.#sockets[slot].end();
    return keep && this.#received[slot].length > 0;
  }

  abort(slot, outcome, status, bytes) {
    this.aborted.push({ outcome, status, bytes });
    this.#sockets[slot].resetAndDestroy();
  }
}
