// Both ends of connections on this machine, for tests of what serves them.

import { once } from "node:events";
import { connect, createServer } from "node:net";
import { after, before } from "node:test";

/** Listen during the tests of a file; returns a function that makes a connection, and returns the
 * client's end and the server's. */
export function useConnections() {
  const listener = createServer();
  before(async () => {
    listener.listen(0, "127.0.0.1");
    await once(listener, "listening");
  });
  after(() => listener.close());
  return async () => {
    const client = connect(listener.address().port, "127.0.0.1");
    client.setEncoding("latin1").on("error", () => {});
    const [socket] = await once(listener, "connection");
    return [client, socket];
  };
}

/** Return what `client` receives until it matches `pattern`. */
export async function receive(client, pattern) {
  let text = "";
  while (!pattern.test(text)) text += (await once(client, "data"))[0];
  return text;
}
