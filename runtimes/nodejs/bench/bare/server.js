// The bare framework: Express with the middleware, access log and metrics that our images have.
// It calls the function in the server itself. FUNCTION names it: `hello` or `sleep`.
import { setTimeout as pause } from 'node:timers/promises';
import cors from 'cors';
import express from 'express';
import morgan from 'morgan';
import client from 'prom-client';

const functions = {
  hello: () => 'hello world',
  sleep: async (request) => {
    await pause(request.body.seconds * 1000);
    return 'slept';
  },
};
const handler = functions[process.env.FUNCTION];
const labelNames = ['method'];
const duration = new client.Histogram({
  name: 'function_duration_seconds',
  help: 'Duration',
  labelNames,
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
});
const calls = new client.Counter({ name: 'function_calls_total', help: 'Calls', labelNames });
const failures = new client.Counter({ name: 'function_failures_total', help: 'Failures', labelNames });
const inFlight = new client.Gauge({ name: 'function_in_flight', help: 'Calls in flight' });

const app = express();
app.get('/healthz', (request, response) => response.send('OK'));
app.get('/metrics', async (request, response) => {
  response.type(client.register.contentType).send(await client.register.metrics());
});
app.use(morgan('combined'));
app.use(cors());
app.use(express.json({ limit: '50mb' }));
app.use(express.text({ type: 'text/*', limit: '50mb' }));
app.use(express.raw({ type: () => true, limit: '50mb' }));
app.all('/*path', call);
app.all('/', call);
app.listen(8080);

async function call(request, response) {
  const labels = { method: request.method };
  const end = duration.startTimer(labels);
  calls.inc(labels);
  inFlight.inc();
  try {
    response.send(await handler(request));
  } catch (error) {
    failures.inc(labels);
    console.error(error);
    response.sendStatus(500);
  } finally {
    inFlight.dec();
    end();
  }
}
