// The workers: starts them, keeps spares, gives them connections, watches their deadlines.

import { availableParallelism } from "node:os";
import { Counts, methodIndex } from "./counts.js";
import { CALLING, clock, IDLE } from "./ledger.js";
import { isClean, WorkerProcess } from "./worker_process.js";

const FEWEST = 2; // processes that are kept, however idle
const SCAN = 50; // ms between two looks at the ledgers of busy workers
const RELIEVE = 5; // ms between two looks at those of workers with several connections
const GROW_AFTER = 10; // ms that a request waits before a worker is started for it
const AHEAD = 0.5; // seconds before a deadline in which a replacement is started
const SHRINK_AFTER = 5000; // ms that a superfluous worker stays (TIMEOUT-10)
const RETRY_AFTER = 1000; // ms between two starts, where starting fails

/**
 * The pool. `events.answer(client, status, ledger)` answers for a worker that has ended,
 * `events.cut(client, ledger)` breaks its answer off, `events.logged(lines)` writes what it has
 * logged last; `events.released(client, how)` gets a connection back, `events.probe(worker, asked)`
 * answers a probe.
 */
export class Workers {
  constructor(settings, entry, events) {
    Object.assign(this, { settings, entry, events });
    // CONCURRENCY-4: never more calls than requests may be admitted.
    this.capacity = Math.min(settings.workers, settings.concurrency);
    // More processes than processors make short calls no faster.
    this.lanes = Math.min(this.capacity, availableParallelism());
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
      released: (client, how) => this.#released(client, how),
      probe: (asked) => this.events.probe(worker, asked),
      ended: (held, ledger) => this.#ended(worker, held, ledger),
    });
    this.all.add(worker);
    return worker;
  }

  #released(client, how) {
    if (how === "refused") {
      client.attempts -= 1;
      this.queue.unshift(client);
    } else {
      this.events.released(client, how);
    }
    this.#dispatch();
  }

  /** Start what is missing. TIMEOUT-8, TIMEOUT-9: spares beyond the capacity replace the killed. */
  #replenish() {
    if (this.closing || performance.now() < this.notBefore) return;
    const before = performance.now() - GROW_AFTER;
    const waiting = this.queue.filter(({ arrived }) => arrived <= before).length;
    const used = this.#in("busy").length + waiting;
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
    return this.#in("busy").reduce((sum, { load }) => sum + load, this.queue.length);
  }

  get inFlight() {
    return this.#in("busy").filter((worker) => worker.ledger.read().state !== IDLE).length;
  }

  /** Whether nothing is executed and nothing waits. */
  get quiet() {
    // Who is killed still has a client to answer (LIFECYCLE-1).
    return this.queue.length === 0 && [...this.all].every(({ held }) => held.size === 0);
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
    while (this.queue.length > 0) {
      const worker = this.#choose();
      if (worker === undefined) break;
      const client = this.queue.shift();
      if (!client.gone) worker.serve(client);
    }
    for (const worker of this.#in("busy").slice(0, this.queue.length)) worker.yield();
    this.#relieve();
    this.#replenish();
  }

  /** The worker for the next request, if there is one: of its own, or one whose calls are short. */
  #choose() {
    const busy = this.#in("busy");
    // The worker that was used last is the warmest, and lets the others grow old.
    const ready = this.#in("ready").sort((one, other) => other.idleSince - one.idleSince);
    const own = busy.length < this.capacity ? ready[0] : undefined;
    if (own !== undefined && busy.length < this.lanes) return own;
    const brisk = busy.filter((worker) => worker.isBrisk());
    const [shared] = brisk.sort((one, other) => one.held.size - other.held.size);
    return shared ?? own;
  }

  /** Look at workers with several connections, as long as there are any or requests wait. */
  #relieve() {
    const shared = this.#in("busy").filter(({ held }) => held.size > 1);
    if (this.reliever || (shared.length === 0 && this.queue.length === 0)) return;
    this.reliever = setTimeout(() => {
      this.reliever = undefined;
      for (const worker of this.#in("busy")) if (worker.held.size > 1) worker.relieve();
      this.#dispatch();
    }, RELIEVE);
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
  #ended(worker, held, ledger) {
    this.all.delete(worker);
    this.events.logged(ledger.lines);
    const called = ledger.state !== IDLE;
    const seconds = clock() - ledger.since;
    const timedOut = called && worker.killed;
    if (called) ledger.counts.observe(ledger.method, seconds, { failed: true, timedOut });
    this.past.add(ledger.counts);
    if (!worker.wasLoaded) this.notBefore = performance.now() + RETRY_AFTER;
    const last = { ...ledger, seconds, timedOut, called };
    for (const [slot, { client, ...given }] of held) this.#answerFor(client, slot, given, last);
    this.#dispatch();
  }

  /** Answer for a worker that has ended with `client`'s connection in `slot`. */
  #answerFor(client, slot, { serial, startedBefore }, ledger) {
    const own = ledger.called && ledger.slot === slot;
    const unseen = serial > ledger.accepted;
    if (unseen && ledger.called) client.attempts -= 1; // it fell with another's call
    const untouched = unseen || ledger.started === startedBefore;
    if (own && ledger.state === CALLING) {
      this.events.answer(client, ledger.timedOut ? 408 : 500, ledger);
    } else if (own) this.events.cut(client, ledger);
    else if (!unseen && ledger.called && isClean(slot, ledger))
      this.events.released(client, "revoked");
    else if (!untouched) client.reset();
    else if ((unseen || client.repeatable) && client.attempts < 2 && !this.closing)
      this.submit(client);
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
