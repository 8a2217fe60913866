// The bare framework: Express with the access log, CORS and the metrics that our images have.
// It calls the function in the server's own process. `FUNCTION` names it: `hello` or `sleep`.

const cors = require("cors");
const express = require("express");
const morgan = require("morgan");
const client = require("prom-client");
const functions = require("./functions.js");

const labelNames = ["method"];
const duration = new client.Histogram({
  name: "function_duration_seconds",
  help: "Duration",
  labelNames,
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
});
const calls = new client.Counter({
  name: "function_calls_total",
  help: "Calls",
  labelNames,
});
const failures = new client.Counter({
  name: "function_failures_total",
  help: "Failures",
  labelNames,
});
const inFlight = new client.Gauge({
  name: "function_in_flight",
  help: "Calls in flight",
});

const handler = functions[process.env.FUNCTION];
const app = express();
app.disable("x-powered-by");
app.disable("etag");
app.get("/healthz", (request, response) => response.send("OK"));
app.get("/metrics", async (request, response) => {
  response
    .type(client.register.contentType)
    .send(await client.register.metrics());
});
app.use(morgan("combined"));
app.use(cors());
app.use(express.json());
app.use(async (request, response) => {
  const { method } = request;
  const end = duration.startTimer({ method });
  calls.inc({ method });
  inFlight.inc();
  try {
    response.send(await handler(request.body));
  } catch {
    failures.inc({ method });
    response.sendStatus(500);
  } finally {
    inFlight.dec();
    end();
  }
});
app.listen(8080);
