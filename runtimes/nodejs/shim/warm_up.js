// Requests that only the worker itself sees: a cold process takes 20 to 50 ms for its first one.

import { Connections } from "./connections.js";
import { SENT } from "./worker_library.js";

const REQUESTS = 10;
const HEAD = "POST / HTTP/1.1\r\nHost: warm-up\r\nContent-Type: application/json\r\n";
const BYTES = Buffer.from(`${HEAD}Content-Length: 8\r\n\r\n{"a": 1}`);

/** @type {import("./worker_library.js").Library} */
const library = {
  open: () => ({ bodyLimit: 0 }),
  start: () => {},
  next: () => {},
  address: () => "127.0.0.1",
  end: () => true,
  send: () => SENT.whole,
  finish: () => false,
  abort: () => {},
  exiting: () => {},
};

/**
 * Have `app` answer a few requests while `service` has another handler than the function's.
 *
 * @param {import("express").Express} app
 * @param {import("./app.js").Service} service
 */
export async function warmUp(app, service) {
  const { handler } = service;
  const { request } = new Connections(library, app).listeners;
  for (let index = 0; index < REQUESTS; index += 1) {
    await new Promise((resolve) => {
      service.handler = ({ data, extensions: { response } }) => {
        response.once("close", () => setImmediate(resolve));
        return index % 2 === 0 ? data : Promise.resolve("text");
      };
      request(0, BYTES, false);
    });
  }
  service.handler = handler;
}
