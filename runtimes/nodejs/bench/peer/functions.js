// The same functions for functions-framework, which runs as it does in production.
import { setTimeout as pause } from 'node:timers/promises';
import { http } from '@google-cloud/functions-framework';

http('hello', (request, response) => {
  response.send('hello world');
});

http('sleep', async (request, response) => {
  await pause(request.body.seconds * 1000);
  response.send('slept');
});
