package io.kubeless.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A worker under test with the fake supervisor that all bindings are tested by: a command a line,
 * answered by a line of JSON.
 */
final class FakeSupervisor implements AutoCloseable {
  private final Process process;
  private final Writer commands;
  private final BufferedReader results;

  /** Starts a worker for a handler in a folder, which may execute so many calls at a time. */
  FakeSupervisor(Path volume, String handler) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                System.getenv("FAKE_SUPERVISOR"),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "io.kubeless.runtime.Main",
                System.getenv("WORKER_LIBRARY")));
    builder.environment().put("MOD_NAME", "Foo");
    builder.environment().put("FUNC_HANDLER", handler);
    builder.environment().put("KUBELESS_INSTALL_VOLUME", volume.toString());
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    process = builder.start();
    commands = process.outputWriter(UTF_8);
    results = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    run("await READY");
  }

  /** Runs a command, and returns what it is answered. */
  Map<?, ?> run(String command) throws IOException {
    Map<?, ?> result = tryToRun(command);
    assertFalse(result.containsKey("error"), command + ": " + result);
    return result;
  }

  private Map<?, ?> tryToRun(String command) throws IOException {
    commands.write(command + "\n");
    commands.flush();
    return (Map<?, ?>) Json.read(results.readLine().getBytes(UTF_8));
  }

  /** Hands a connection over, and sends a request on it. */
  void request(int slot, String path) throws IOException {
    run("connect " + slot);
    send(slot, path);
  }

  /** Sends a request on a connection. */
  void send(int slot, String path) throws IOException {
    run("send %d \"GET %s HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n\"".formatted(slot, path));
  }

  /** Waits for an answer with this status and text. */
  void expect(int slot, int status, String text) throws IOException {
    Object answer = run("receive %d \"%s\"".formatted(slot, text)).get("text");
    assertTrue(((String) answer).startsWith("HTTP/1.1 " + status + " "), (String) answer);
  }

  /** Waits until the client has seen a text. */
  String receive(int slot, String text) throws IOException {
    return (String) run("receive %d \"%s\"".formatted(slot, text)).get("text");
  }

  /** Waits until a slot has a state of the protocol. */
  Map<?, ?> await(int slot, int state) throws IOException {
    return run("wait %d %d".formatted(slot, state));
  }

  /** Waits until a request is in its phase CALLING. */
  void awaitCall(int slot) throws IOException {
    Object phase = await(slot, 2).get("phase");
    while (!phase.equals(2)) {
      phase = await(slot, 2).get("phase");
    }
  }

  /** Returns the records that have come since the last time. */
  @SuppressWarnings("unchecked")
  List<Map<String, Object>> records() throws IOException {
    return (List<Map<String, Object>>) run("records").get("records");
  }

  @Override
  public void close() throws IOException {
    commands.close();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }
}
