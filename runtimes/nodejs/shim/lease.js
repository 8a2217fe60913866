// The worker's hold on a connection: it serves its requests in order and gives it back when idle.

const IDLE_AFTER = 20; // ms: how long a connection without a request stays here
const TURN = 20; // ms: how long a busy connection stays here while others wait
const GAP = 2; // ms: how long it may pause within its turn then
const STALLED_AFTER = 30_000; // ms: how long a client may neither send nor take anything
const WITHOUT_CALL = 300_000; // ms: how long it may send or take something at all

/** One connection at a time; `report(how)` tells the supervisor how it ended. */
export class Lease {
  /**
   * `server`: the HTTP server; `isCalling()`: whether a call runs; `isParsing()`: whether the
   * server has read a part of a request; `serve(request, response)`.
   */
  constructor({ server, isCalling, isParsing, serve, report }) {
    Object.assign(this, { server, isCalling, isParsing, serve, report });
    this.limits = { idle: IDLE_AFTER, stalled: STALLED_AFTER, withoutCall: WITHOUT_CALL };
    this.draining = false;
    this.socket = null;
    this.waiting = [];
    this.open = 0;
    this.fresh = false;
    server.on("request", (request, response) => this.#take(request, response));
    // Node answers other expectations than 100-continue without a word to anybody.
    server.on("checkExpectation", (request, response) => {
      this.fresh = false;
      response.writeHead(417).end();
    });
    server.on("clientError", (error, socket) => this.#refuse(socket));
  }

  /** Serve the connection `socket` (net.Socket), of which `head` has been read already. */
  begin(socket, head) {
    const now = performance.now();
    Object.assign(this, { socket, since: now, idleSince: now, usedAt: now });
    Object.assign(this, { progress: 0, progressAt: now });
    Object.assign(this, { fresh: true, open: 0, waiting: [], asked: false, how: "closed" });
    this.held = false;
    this.last = false;
    socket.on("error", () => {});
    socket.once("close", () => this.#closed(socket));
    socket.unshift(head);
    this.server.emit("connection", socket);
    this.timer = setInterval(() => this.#tick(), IDLE_AFTER);
  }

  /** Others wait for a worker: give the connection back at the end of its turn. */
  yield() {
    if (this.socket === null) return;
    this.asked = true;
    this.settle();
  }

  /** Serve no further request on this connection than the one in progress (LIFECYCLE-1). */
  drain() {
    this.draining = true;
    this.settle();
  }

  /** The answer that is about to end leaves unread input behind (REQUEST-14). */
  linger() {
    this.how = "linger";
  }

  /** Break the answer off so that the client sees that it isn't whole. */
  cut() {
    this.how = "reset";
    this.socket?.destroy();
  }

  /** Whether nothing has been read of a request that isn't answered. */
  get clean() {
    if (this.open > 0 || this.waiting.length > 0 || this.fresh) return false;
    return this.socket.readableLength === 0 && !this.isParsing();
  }

  /** Read nothing until `goOn`. */
  hold() {
    const handle = this.socket._handle;
    if (!handle?.reading) return;
    handle.readStop();
    handle.reading = false;
    this.held = true;
  }

  goOn() {
    if (!this.held) return;
    this.held = false;
    const handle = this.socket._handle;
    if (!handle) return;
    handle.reading = true;
    handle.readStart();
  }

  /** The supervisor has revoked this connection: close this process's descriptor of it. */
  drop() {
    const { socket } = this;
    this.#end("idle");
    socket.destroy();
  }

  get #busy() {
    return this.open > 0 || this.waiting.length > 0 || this.isCalling();
  }

  /** REQUEST-23: pipelined requests are called one after the other. */
  #take(request, response) {
    this.fresh = false;
    if (this.last) return; // it came behind an answer that ends the connection
    this.waiting.push([request, response]);
    if (this.open === 0 && !this.isCalling()) this.#next();
  }

  #next() {
    const [request, response] = this.waiting.shift();
    this.open = 1;
    this.usedAt = performance.now();
    response.once("close", () => {
      this.open = 0;
      this.settle();
    });
    this.last = this.draining;
    if (this.last) response.setHeader("Connection", "close");
    this.serve(request, response);
  }

  /** A call or an answer has ended: serve the next request, or think of giving back. */
  settle() {
    if (this.socket === null || this.open > 0 || this.isCalling()) return;
    if (this.socket.destroyed) return this.#end(this.how);
    if (this.last) this.waiting = [];
    if (this.waiting.length > 0) return this.#next();
    this.idleSince = performance.now();
    if (this.draining) return this.release();
    if (!this.asked) return;
    if (this.idleSince - this.since >= TURN) return this.release();
    const { idleSince } = this;
    setTimeout(() => this.idleSince === idleSince && this.release(), GAP);
  }

  /** Give the connection back, unless a request has begun to arrive. */
  release() {
    const { socket } = this;
    if (socket?.destroyed && !this.#busy) return this.#end(this.how);
    if (socket === null || this.#busy || this.fresh || socket.readableLength > 0) return;
    // The server knows whether its parser holds part of a request. What it closes is this
    // process's descriptor: the supervisor's keeps the connection open.
    this.server.closeIdleConnections();
    if (socket.destroyed) this.#end(this.last ? this.how : "idle");
  }

  #closed(socket) {
    if (this.socket !== socket) return;
    this.waiting = [];
    this.fresh = false;
    this.settle();
  }

  #end(how) {
    clearInterval(this.timer);
    this.socket = null;
    this.report(how);
  }

  #refuse(socket) {
    if (socket !== this.socket) return;
    // REQUEST-22
    const answer = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 11\r\n\r\n";
    if (!socket.writable || this.open > 0) socket.destroy();
    else socket.end(`${answer}Bad Request`, () => socket.destroy());
  }

  #tick() {
    const now = performance.now();
    if (this.isCalling()) {
      this.usedAt = this.progressAt = now;
      return;
    }
    if (!this.#busy && now - this.idleSince >= this.limits.idle) this.release();
    if (this.#isStuck(now)) this.socket.destroy();
  }

  /** Whether a client that sends or takes nothing, or too little, keeps the worker (CONCURRENCY-7). */
  #isStuck(now) {
    const { socket, limits } = this;
    if (socket === null) return false;
    const progress = socket.bytesRead + socket.bytesWritten - socket.writableLength;
    if (progress !== this.progress) Object.assign(this, { progress, progressAt: now });
    return now - this.progressAt > limits.stalled || now - this.usedAt > limits.withoutCall;
  }
}
