import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { LogQueue } from "../../shim/log_queue.js";

/** A queue whose writer does what `steps` say one by one, then all; and what it has written. */
function queueOf(...steps) {
  const written = [];
  const queue = new LogQueue(7, (descriptor, bytes, done) => {
    assert.equal(descriptor, 7);
    const step = steps.shift() ?? bytes.length;
    if (typeof step === "string") return setTimeout(done, 1, { code: step });
    written.push(bytes.toString("utf8", 0, step));
    return setTimeout(done, 1, null, step);
  });
  return [queue, written];
}

test("lines are written in their order, each at once", async () => {
  const [queue, written] = queueOf();
  for (const line of ["a\n", "b\n", "c\n"]) queue.write(line);
  await queue.flush(1000);
  assert.deepEqual(written, ["a\n", "b\n", "c\n"]);
});

test("a part that is left is written, also after a pipe was full", async () => {
  const [queue, written] = queueOf(2, "EAGAIN", 1);
  queue.write("abcd\n");
  queue.write("e\n");
  await queue.flush(1000);
  assert.equal(written.join(""), "abcd\ne\n");
});

test("a line that can't be written stops none", async () => {
  const [queue, written] = queueOf("EPIPE");
  queue.write("a\n");
  queue.write("b\n");
  await queue.flush(1000);
  assert.deepEqual(written, ["b\n"]);
});

test("what waits is bounded", async () => {
  const queue = new LogQueue(1, () => {});
  for (let count = 0; count < 30; count += 1) queue.write("x".repeat(100_000));
  assert.equal(queue.lines.length, 10);
  await queue.flush(20);
});

test("a log that nobody reads delays neither the process nor its end", async () => {
  const { href } = new URL("../../shim/log_queue.js", import.meta.url);
  const program = `
    import { LogQueue, openStdout } from ${JSON.stringify(href)};
    const queue = new LogQueue(openStdout());
    for (let count = 0; count < 100; count += 1) queue.write("x".repeat(9000));
    await queue.flush(100);
    process.stderr.write(String(queue.lines.length > 0) + " ");
    process.exit(0);`;
  // A pipe of the shell's: what `spawn` makes is a socket.
  const script = '{ "$@"; echo $? >&2; } | sleep 60';
  const command = [process.execPath, "--input-type=module", "-e", program];
  const child = spawn("sh", ["-c", script, "sh", ...command], {
    stdio: ["ignore", "ignore", "pipe"],
    detached: true,
  });
  let text = "";
  while (!text.endsWith("\n")) text += (await once(child.stderr, "data"))[0];
  process.kill(-child.pid, "SIGKILL");
  assert.equal(text, "true 0\n");
});
