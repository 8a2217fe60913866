// The workers: starts them, keeps spares, gives them connections, watches their deadlines.

import { availableParallelism } from "node:os";
import { CALLING, clock, Counts, IDLE, methodIndex, RESPONDING } from "./ledger.js";
import { WorkerProcess } from "./worker_process.js";

const FEWEST = 2; // processes that are kept, however idle
const SCAN = 50; // ms between two looks at the ledgers of busy workers
const AHEAD = 0.5; // seconds before a deadline in which a replacement is started
const SHRINK_AFTER = 5000; // ms that a superfluous worker stays (TIMEOUT-10)
const RETRY_AFTER = 1000; // ms between two starts, where starting fails

/**
 * The pool. `events.answer(client, status, ledger)` answers for a worker that has ended,
 * `events.released(client, how)` gets a connection back, `events.probe(worker, path)` answers one.
 */
export class Workers {
  constructor(settings, entry, events) {
    Object.assign(this, { settings, entry, events });
    // CONCURRENCY-4: never more calls than requests may be admitted.
    this.capacity = Math.min(settings.workers, settings.concurrency);
    this.all = new Set();
    this.queue = [];
    this.past = new Counts(); // OBSERVABILITY-3: the counts of workers that have ended
    this.closing = false;
    this.notBefore = 0;
    this.overdueSoon = 0; // workers that are likely to be killed
  }

  /** Start the first worker; resolves once it has loaded the function, rejects with its cause. */
  async start() {
    await this.#spawn().loaded;
    this.#replenish();
    this.scanner = setInterval(() => this.#scan(), SCAN);
  }

  #in(...states) {
    return [...this.all].filter((worker) => states.includes(worker.state));
  }

  #spawn() {
    const worker = new WorkerProcess(this.entry, {
      ready: () => this.#dispatch(),
      released: (client, how) => {
        this.events.released(client, how);
        this.#dispatch();
      },
      probe: (path) => this.events.probe(worker, path),
      ended: (client, ledger) => this.#ended(worker, client, ledger),
    });
    this.all.add(worker);
    return worker;
  }

  /** Start what is missing. TIMEOUT-8, TIMEOUT-9: spares beyond the capacity replace the killed. */
  #replenish() {
    if (this.closing || performance.now() < this.notBefore) return;
    const used = this.#in("busy").length + this.queue.length;
    const kept = Math.min(this.capacity + 1, Math.max(used + 1, FEWEST));
    const wanted = kept + this.overdueSoon;
    const alive = this.#in("starting", "ready", "busy").length;
    const starting = this.#in("starting").length;
    const room = availableParallelism() + 1 - starting;
    for (let count = Math.min(wanted - alive, room); count > 0; count -= 1) this.#spawn();
    this.#shrink(wanted);
  }

  #shrink(wanted) {
    const ready = this.#in("ready");
    const superfluous = this.#in("starting", "ready", "busy").length - wanted;
    const before = performance.now() - SHRINK_AFTER;
    const old = ready.filter((worker) => worker.idleSince < before);
    for (const worker of old.slice(0, Math.max(0, superfluous))) worker.stop();
  }

  /** Number of requests that are executed or wait. */
  get load() {
    return this.#in("busy").filter((worker) => worker.calling()).length + this.queue.length;
  }

  get inFlight() {
    return this.#in("busy").filter((worker) => worker.ledger.read().state !== IDLE).length;
  }

  /** Whether nothing is executed and nothing waits. */
  get quiet() {
    // Who is killed still has a client to answer (LIFECYCLE-1).
    return this.queue.length === 0 && [...this.all].every(({ client }) => client === null);
  }

  /** CONCURRENCY-5: let `client`'s request wait for a worker. */
  submit(client) {
    this.queue.push(client);
    this.#dispatch();
  }

  /** Forget a client that has gone while it waited. */
  withdraw(client) {
    const index = this.queue.indexOf(client);
    if (index >= 0) this.queue.splice(index, 1);
  }

  #dispatch() {
    const busy = this.#in("busy");
    // The worker that was used last is the warmest, and lets the others grow old.
    const ready = this.#in("ready").sort((one, other) => one.idleSince - other.idleSince);
    let free = this.capacity - busy.length;
    while (this.queue.length > 0 && ready.length > 0 && free > 0) {
      const client = this.queue.shift();
      if (client.gone) continue;
      ready.pop().serve(client);
      free -= 1;
    }
    for (const worker of busy.slice(0, this.queue.length)) worker.yield();
    this.#replenish();
  }

  #scan() {
    const now = clock();
    const { timeout } = this.settings;
    this.overdueSoon = 0;
    for (const worker of this.#in("busy")) {
      const { state, since } = worker.ledger.read();
      if (state === IDLE) continue;
      if (now - since >= timeout) worker.kill();
      else if (now - since >= Math.max(timeout - AHEAD, timeout / 4)) this.overdueSoon += 1;
    }
    const limit = performance.now() - this.settings.timeout * 1000;
    while (this.queue.length > 0 && this.queue[0].arrived < limit) {
      this.events.answer(this.queue.shift(), 503);
    }
    this.#replenish();
  }

  /** A worker has ended: count its last call, and answer for it. */
  #ended(worker, client, ledger) {
    this.all.delete(worker);
    const called = ledger.state === CALLING || ledger.state === RESPONDING;
    const seconds = clock() - ledger.since;
    const timedOut = called && worker.killed;
    if (called) ledger.counts.observe(ledger.method, seconds, { failed: true, timedOut });
    this.past.add(ledger.counts);
    if (!worker.wasLoaded) this.notBefore = performance.now() + RETRY_AFTER;
    if (client) this.#answerFor(client, worker, { ...ledger, seconds, timedOut });
    this.#dispatch();
  }

  #answerFor(client, worker, ledger) {
    if (ledger.state === CALLING) this.events.answer(client, ledger.timedOut ? 408 : 500, ledger);
    else if (ledger.state === RESPONDING) this.events.cut(client, ledger);
    else if (ledger.started !== worker.startedBefore) client.reset();
    else if (client.repeatable && client.attempts < 2 && !this.closing) this.submit(client);
    else this.#fail(client);
  }

  /** Answer a request whose worker ended before it was called (OBSERVABILITY-4). */
  #fail(client) {
    this.past.observe(methodIndex(client.request.method), 0, { failed: true });
    this.events.answer(client, 500);
  }

  /** Return the counts of all workers, past and present. */
  counts() {
    const total = new Counts();
    total.add(this.past);
    for (const worker of this.all) total.add(worker.ledger.readAll().counts);
    return total;
  }

  /** Ask all to finish what they do; further requests are only those that wait already. */
  drain() {
    for (const worker of this.#in("starting", "ready", "busy")) worker.drain();
  }

  /** End all workers, those that don't listen within half a second by force. */
  async stop() {
    this.closing = true;
    clearInterval(this.scanner);
    for (const client of this.queue.splice(0)) this.events.answer(client, 503);
    const ends = [...this.all].map((worker) => worker.stop(500));
    await Promise.all(ends);
  }
}
