// One worker as the supervisor sees it.

import { spawn } from "node:child_process";
import { closeSync } from "node:fs";
import { setPriority } from "node:os";
import { clock, createLedgerFile, IDLE, LedgerReader } from "./ledger.js";
import { killGroup, killTree } from "./processes.js";

const END_WITHIN = 500; // ms: a killed process that takes longer is treated as ended
const NICENESS = 5;
const BRISK = 0.002; // seconds: whose calls are shorter may have several connections
const LASTING = 0.005; // seconds: behind a longer call no other connection waits
const MOST = 31; // connections: each has a bit in the ledger
const ALONE_FOR = 50; // ms in which a worker gets no further connection after it has lost one
// IMAGE-10: what V8 needs while it compiles goes back to the system, 10 MB in each worker; and its
// heap grows by a third, not by a multiple, before it looks for what is garbage.
const MEMORY = { MALLOC_MMAP_THRESHOLD_: "16384" };
const HEAP = ["--optimize-for-size", "--max-semi-space-size=4"];

/** Whether nothing is read of the connection in `slot`, as the call in `ledger` began. */
export function isClean(slot, { clean }) {
  return ((clean >> slot) & 1) === 1;
}

/** States: `starting`, `ready`, `busy` (has connections), `ending`, `ended`. */
export class WorkerProcess {
  constructor(entry, events) {
    this.events = events;
    this.state = "starting";
    this.held = new Map(); // what is given to it, by slot: {client, serial, startedBefore}
    this.serial = 0; // the number of the connection that was given last
    this.aloneUntil = 0;
    this.killed = false;
    this.wasLoaded = false;
    this.idleSince = 0;
    const descriptor = createLedgerFile();
    this.ledger = new LedgerReader(descriptor);
    this.child = spawn(process.execPath, [...HEAP, ...process.execArgv, entry], {
      // OBSERVABILITY-9: the function's output is the container's. TIMEOUT-11: a group of its own.
      stdio: ["ignore", "inherit", "inherit", "ipc", descriptor],
      serialization: "advanced",
      detached: true,
      env: { ...MEMORY, ...process.env },
    });
    this.loaded = new Promise((resolve, reject) => Object.assign(this, { resolve, reject }));
    this.loaded.catch(() => {});
    this.exited = new Promise((resolve) => (this.exit = resolve));
    this.child.on("message", (message) => this.#receive(message));
    this.child.on("error", (error) => this.#end(error.message));
    this.child.on("exit", (code, signal) =>
      this.#end(signal ? `signal ${signal}` : `code ${code}`),
    );
    this.child.on("disconnect", () => this.state === "ended" || killTree(this.child.pid));
  }

  /** CONCURRENCY-3: where all want the CPU, the supervisor and workers that start come first. */
  #makeWay() {
    try {
      setPriority(this.child.pid, NICENESS);
    } catch {
      // It couldn't be started, or a policy forbids it.
    }
  }

  #send(message, socket) {
    if (!this.child.connected) return;
    this.child.send(message, socket, { keepOpen: true }, () => {});
  }

  #receive(message) {
    if (typeof message?.type !== "string") return; // the function may send what it likes
    const { state } = this;
    if (message.type === "loaded" && state === "starting") {
      this.state = "ready";
      this.wasLoaded = true;
      this.#makeWay();
      this.idleSince = performance.now();
      this.resolve();
      this.events.ready();
    } else if (message.type === "failed") {
      this.reject(new Error(message.cause));
    } else if (message.type === "released") {
      if (this.held.get(message.slot)?.serial === message.serial) {
        this.#release(message.slot, message.how);
      }
    } else if (message.type === "probe") {
      this.events.probe(message);
    }
  }

  /** The connection in `slot` is the supervisor's again; `how` as a worker says it. */
  #release(slot, how) {
    const { client } = this.held.get(slot);
    this.held.delete(slot);
    if (this.state === "busy" && this.held.size === 0) this.state = "ready";
    this.idleSince = performance.now();
    if (how === "refused") this.#leaveAlone();
    this.events.released(client, how);
  }

  #leaveAlone() {
    this.aloneUntil = performance.now() + ALONE_FOR;
  }

  /** Give `client`'s connection to this worker, with what has been read of it. */
  serve(client) {
    let slot = 0;
    while (this.held.has(slot)) slot += 1;
    this.state = "busy";
    this.yielding = false;
    this.serial += 1;
    const startedBefore = this.ledger.read().started;
    this.held.set(slot, { client, serial: this.serial, startedBefore });
    client.attempts += 1;
    const head = client.handOver();
    this.#send({ type: "serve", slot, serial: this.serial, head }, client.socket);
  }

  /** Number of requests that it executes, or has been given and not begun (CONCURRENCY-4). */
  get load() {
    const { state, started, accepted } = this.ledger.read();
    const held = [...this.held.values()];
    const coming = held.filter(({ serial }) => serial > accepted).length;
    const called =
      state !== IDLE ||
      held.some((one) => one.serial === accepted && one.startedBefore === started);
    return coming + (called ? 1 : 0);
  }

  /** Whether it may have one more connection: its calls are short. */
  isBrisk() {
    if (performance.now() < this.aloneUntil) return false;
    const { state, since, lasted } = this.ledger.read();
    if (this.held.size === MOST || lasted === 0 || lasted > BRISK) return false;
    return state === IDLE || clock() - since < LASTING;
  }

  /** TIMEOUT-7: take the connections back that wait behind a call which lasts. */
  relieve() {
    const before = this.ledger.read();
    if (before.state === IDLE || clock() - before.since < LASTING) return;
    const now = this.ledger.revoke(before.started, this.serial);
    if (now === undefined) return;
    this.#leaveAlone();
    // Who is released may be given to another worker at once.
    for (const [slot, { serial }] of [...this.held]) {
      if (serial > now.accepted) this.#release(slot, "refused");
      else if (isClean(slot, now)) this.#release(slot, "revoked");
    }
  }

  /** Others wait: ask for the connection at the end of its turn. */
  yield() {
    if (this.yielding) return;
    this.yielding = true;
    this.#send({ type: "yield" });
  }

  drain() {
    this.#send({ type: "drain" });
  }

  answerProbe(id, answer) {
    this.#send({ type: "probe", id, answer });
  }

  /** Kill it and all that it has started: its call has passed the deadline. */
  kill() {
    if (this.killed) return;
    this.killed = true;
    this.state = "ending";
    killTree(this.child.pid);
    // A process in an uninterruptible system call ends later than the client may wait.
    setTimeout(() => this.#end("a kill"), END_WITHIN).unref();
  }

  /** End it, by force after `patience` ms; resolves at its end. */
  stop(patience = 1000) {
    this.state = "ending";
    this.child.kill("SIGTERM");
    setTimeout(() => this.state === "ended" || killTree(this.child.pid), patience).unref();
    return this.exited;
  }

  #end(reason) {
    if (this.state === "ended") return;
    this.state = "ended";
    killGroup(this.child.pid);
    this.reject(new Error(`the process that loads the function ended with ${reason}`));
    const ledger = { ...this.ledger.readAll(), lines: this.ledger.readLines() };
    closeSync(this.ledger.descriptor);
    const held = [...this.held];
    this.held.clear();
    this.exit();
    this.events.ended(held, ledger);
  }
}
