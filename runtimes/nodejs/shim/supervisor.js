// The supervisor: owns the port and the workers, never runs the user's code.

import { createServer } from "node:net";
import { formatAnswer, parseDescription } from "./access_log.js";
import { Client } from "./client.js";
import { CONTENT_TYPE, renderMetrics } from "./metrics.js";
import { Workers } from "./workers.js";

const LONGEST_TIMER = 2 ** 31 - 1; // ms: a longer one fires at once
const LAST_LINES_WITHIN = 500; // ms
const REVOKED_WITHIN = 20; // ms in which a revoked connection shows whether it has a request
const TEXTS = {
  400: "Bad Request",
  408: "Request Timeout",
  413: "Payload Too Large",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

/** The supervisor. `entry` is the path of the worker's program, `log` like a LogQueue. */
export class Supervisor {
  constructor(settings, entry, log) {
    Object.assign(this, { settings, log });
    this.clients = new Set();
    this.draining = false;
    this.workers = new Workers(settings, entry, {
      answer: (client, status, ledger) => this.#answerFor(client, status, ledger),
      cut: (client, ledger) => this.#cut(client, ledger),
      logged: (lines) => this.log.write(lines),
      released: (client, how) => this.#takeBack(client, how),
      probe: async (worker, { id, path }) => worker.answerProbe(id, await this.#probe(path)),
    });
    // CONCURRENCY-8: noDelay holds for every descriptor of the connection.
    this.listener = createServer({ noDelay: true }, (socket) => this.#accept(socket));
  }

  /** Load the function, then listen (LOAD-9); rejects with the cause of a failure. */
  async start() {
    await this.workers.start();
    await new Promise((resolve, reject) => {
      this.listener.once("error", reject);
      this.listener.listen({ port: this.settings.port, backlog: 4096 }, resolve);
    });
  }

  #accept(socket) {
    const client = new Client(socket, {
      route: (each) => this.#route(each),
      reject: (each, status) => this.#refuse(each, status),
      closed: (each) => {
        this.clients.delete(each);
        this.workers.withdraw(each);
      },
    });
    this.clients.add(client);
  }

  async #route(client) {
    const { path, bodyLength } = client.request;
    const probe = await this.#probe(path);
    if (probe) {
      const { status, body, type } = probe;
      const last = /\bclose\b/i.test(client.request.header("connection"));
      client.answer(status, body, { type, last: last || this.draining });
    } else if (bodyLength > this.settings.bodyLimit) {
      this.#refuse(client, 413); // REQUEST-14
    } else if (
      (this.draining && !client.inFlight) ||
      this.workers.load >= this.settings.concurrency
    ) {
      this.#refuse(client, 503); // LIFECYCLE-2, CONCURRENCY-4
    } else {
      this.workers.submit(client);
    }
  }

  /** The answer to a probe, or undefined for any other path (CONCURRENCY-2, CONCURRENCY-3). */
  #probe(path) {
    if (path === "/healthz") return { status: 200, body: "OK", type: "text/plain" };
    if (path === "/readyz") {
      // LIFECYCLE-6
      const status = this.draining ? 503 : 200;
      return { status, body: this.draining ? TEXTS[503] : "OK", type: "text/plain" };
    }
    if (path !== "/metrics") return undefined;
    const { workers } = this;
    return renderMetrics(workers.counts(), workers.inFlight).then((body) => ({
      status: 200,
      body,
      type: CONTENT_TYPE,
    }));
  }

  /** Answer a request that was not given to a worker. */
  #refuse(client, status) {
    const headers = status === 503 ? ["Retry-After: 1"] : [];
    const { request } = client;
    this.#log(
      status,
      {
        method: request?.method ?? "-",
        url: request?.target ?? "-",
        httpVersionMajor: 1,
        httpVersionMinor: 1,
        remoteAddress: client.remoteAddress,
        headers: {
          referer: request?.header("referer"),
          "user-agent": request?.header("user-agent"),
          traceparent: request?.header("traceparent"),
        },
      },
      0,
    );
    client.answer(status, TEXTS[status], { headers });
  }

  /** Answer for a worker that has ended in its call, or, without a `ledger`, for none at all. */
  #answerFor(client, status, ledger) {
    if (!ledger) return this.#refuse(client, status);
    const request = parseDescription(ledger.text);
    this.#log(status, request, ledger.seconds);
    client.request = { method: request.method, streamed: true };
    return client.answer(status, TEXTS[status]);
  }

  #cut(client, ledger) {
    this.#log(200, parseDescription(ledger.text), ledger.seconds);
    client.reset();
  }

  #log(status, request, seconds) {
    const bytes = TEXTS[status]?.length ?? 0;
    this.log.write(formatAnswer(this.settings.logFormat, request, status, bytes, seconds));
  }

  #takeBack(client, how) {
    // LIFECYCLE-1: a request that waits behind a call at the begin of a drain is in flight.
    const inFlight = this.draining && how === "revoked";
    if (how === "linger") client.linger();
    else if (how === "reset") client.reset();
    else if (how === "closed" || (this.draining && !inFlight)) client.close();
    else client.takeBack({ inFlight });
    if (inFlight) setTimeout(() => client.idle && client.close(), REVOKED_WITHIN);
    if (this.draining) this.finished?.();
  }

  /** Finish what is in flight within the grace, then end all workers (LIFECYCLE-1). */
  async drain() {
    this.draining = true;
    this.workers.drain();
    for (const client of this.clients) if (client.idle) client.close(); // LIFECYCLE-9
    await new Promise((resolve) => {
      const check = setInterval(() => this.workers.quiet && resolve(), 20);
      this.finished = () => this.workers.quiet && resolve();
      setTimeout(resolve, Math.min(this.settings.grace * 1000, LONGEST_TIMER)).unref();
      this.finished();
      this.listener.once("close", () => clearInterval(check));
    });
    this.listener.close();
    await this.workers.stop();
    await this.log.flush(LAST_LINES_WITHIN);
  }
}
