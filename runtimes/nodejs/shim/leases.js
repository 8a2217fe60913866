// The connections that a worker holds: several while calls are short, and one call at a time.
//
// While a call runs nothing is read from the others. So the supervisor can take them back at any
// moment, however busy this process is, and no request is lost or executed twice (LedgerReader's
// `revoke`).

import { createServer } from "node:http";
import { Lease } from "./lease.js";

const LARGEST_HEAD = 65_536; // bytes
// Seconds. The supervisor revokes nothing from a call that has begun later than this.
const REVOCABLE_AFTER = 0.004;

/** A lease needs a server of its own: one closes all its idle connections or none. */
function createLeaseServer() {
  const server = createServer({ keepAliveTimeout: 0, maxHeaderSize: LARGEST_HEAD });
  server.timeout = server.requestTimeout = server.headersTimeout = 0;
  // The server keeps the list of its connections only once it "listens".
  server.emit("listening");
  return server;
}

/** Return the list by which `server` knows what its parsers have begun to read; it has no name
 * of its own, but is what `closeIdleConnections` looks at. */
function connectionsOf(server) {
  const symbols = Object.getOwnPropertySymbols(server);
  return server[symbols.find(({ description }) => description === "http.server.connections")];
}

/**
 * `serve(request, response)` answers a request; `report({slot, serial, how})` tells the supervisor
 * that a connection has ended or is its own again.
 */
export class Leases {
  constructor({ ledger, serve, report }) {
    Object.assign(this, { ledger, serve, report });
    this.all = []; // one for each slot that was ever used
    this.bySocket = new WeakMap();
    this.revokedUntil = 0;
    this.turns = []; // of requests that wait for the end of a call
    this.holding = false;
    this.draining = false;
  }

  /** Serve the connection `socket`, the one with number `serial`, of which `head` was read. */
  begin(given, socket) {
    const { slot, serial } = given;
    if (!socket) return this.report({ slot, serial, how: "closed" });
    // The request of the one before is about to begin, and may take its time.
    if (this.#held.some(({ fresh }) => fresh)) {
      return setImmediate(() => this.#accept(given, socket));
    }
    return this.#accept(given, socket);
  }

  #accept({ slot, serial, head }, socket) {
    if (serial <= this.revokedUntil || this.#isOccupied) {
      socket.destroy();
      return this.report({ slot, serial, how: "refused" });
    }
    this.ledger.accept(serial);
    const lease = this.all.find((each) => each.slot === slot) ?? this.#create(slot);
    lease.serial = serial;
    this.bySocket.set(socket, lease);
    return lease.begin(socket, Buffer.from(head));
  }

  /** Whether a request takes its time: the next one must not wait for it. */
  get #isOccupied() {
    return this.ledger.calling || this.#held.some(({ open, fresh }) => open > 0 || fresh);
  }

  #create(slot) {
    const server = createLeaseServer();
    const connections = connectionsOf(server);
    const lease = new Lease({
      server,
      isParsing: () => connections.active().length > 0,
      isCalling: () => this.ledger.calling,
      serve: (request, response) => {
        this.serve(request, response);
        this.#watch();
      },
      report: (how) => this.report({ slot, serial: lease.serial, how }),
    });
    Object.assign(lease, { slot, draining: this.draining });
    this.all.push(lease);
    return lease;
  }

  /** Return the lease of `request`'s connection. */
  of(request) {
    return this.bySocket.get(request.socket);
  }

  /** The leases that have a connection. */
  get #held() {
    return this.all.filter(({ socket }) => socket !== null);
  }

  #others(lease) {
    return this.all.filter((other) => other !== lease && other.socket !== null);
  }

  /** The bits of the slots beside `lease` in which nothing of a request is read. */
  cleanBeside(lease) {
    let bits = 0;
    for (const other of this.#others(lease)) if (other.clean) bits += 2 ** other.slot;
    return bits;
  }

  /** The call of `lease` isn't over at once: read nothing from the others until it is. */
  hold(lease) {
    this.holding = true;
    for (const other of this.#others(lease)) other.hold();
  }

  /** A call of `lease` has ended: go on with the next request of all connections. */
  settle(lease) {
    if (this.ledger.age >= REVOCABLE_AFTER) this.#dropRevoked();
    const others = this.#others(lease);
    if (this.holding) for (const other of others) other.goOn();
    this.holding = false;
    lease.settle();
    for (const other of others) {
      if (other.waiting.length > 0 || other.socket?.destroyed) other.settle();
    }
    for (const goOn of this.turns.splice(0)) goOn();
    this.#watch();
  }

  /** Resolves when a call has ended; another may have begun by then. */
  turn() {
    return new Promise((resolve) => this.turns.push(resolve));
  }

  #dropRevoked() {
    const revoked = this.ledger.revoked();
    if (revoked === undefined) return;
    this.revokedUntil = revoked.serial;
    for (const lease of this.all) if ((revoked.clean >> lease.slot) & 1) lease.drop();
  }

  /** CONCURRENCY-7: a body that is slow to come, or an answer to go, shares with nobody. */
  #watch() {
    if (this.watching || this.all.length === 1) return;
    this.watching = setImmediate(() => {
      this.watching = undefined;
      const slow = this.ledger.calling ? undefined : this.all.find(({ open }) => open > 0);
      if (slow) for (const other of this.#others(slow)) other.release();
    });
  }

  /** Others wait for a worker: give each connection back at the end of its turn. */
  yield() {
    for (const lease of this.#held) lease.yield();
  }

  /** Serve no further request than those in progress (LIFECYCLE-1). */
  drain() {
    this.draining = true;
    for (const lease of this.all) lease.drain();
  }
}
