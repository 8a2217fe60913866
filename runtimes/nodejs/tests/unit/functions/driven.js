// Does what its path says, for binding.test.js.

const { execFileSync } = require("node:child_process");
const { setTimeout: pause } = require("node:timers/promises");

const actions = {
  hello: () => "hello",
  echo: ({ data, extensions: { request } }) => ({
    method: request.method,
    url: Buffer.from(request.url, "latin1").toString("hex"),
    data,
  }),
  sleep: async () => {
    await pause(300);
    return "slept";
  },
  large: () => Buffer.alloc(8_000_000, "x"),
  stream: async function* () {
    yield "first";
    await pause(300);
    yield "last";
  },
  cut: async function* () {
    yield "first";
    await pause(50);
    throw new Error("expected");
  },
  exit: () => process.exit(3),
  hangup: ({ extensions: { response } }) =>
    new Promise((resolve) => response.on("close", () => resolve("told"))),
  descriptors: () => execFileSync("ls", ["/proc/self/fd"]).toString(),
  never: () => new Promise(() => {}),
  background: () => {
    setTimeout(() => console.error("background work is done"), 300);
    return "accepted";
  },
};

exports.handler = (event) => {
  const [, name] = event.extensions.request.path.split("/");
  return (actions[name] ?? actions.echo)(event);
};
