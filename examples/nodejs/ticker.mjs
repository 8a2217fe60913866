// Sends server-sent events as they happen, through the native response.

import { setTimeout as pause } from "node:timers/promises";

export async function handler(event) {
  const { request, response } = event.extensions;
  const count = Number(request.query.count ?? 3);
  response.set({
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
  });
  for (let number = 1; number <= count && !response.closed; number += 1) {
    response.write(
      `id: ${number}\nevent: tick\ndata: ${JSON.stringify({ number })}\n\n`,
    );
    await pause(100);
  }
  response.end();
}
