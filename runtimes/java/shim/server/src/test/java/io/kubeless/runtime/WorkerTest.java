package io.kubeless.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The native methods and the threads, under the fake supervisor. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WorkerTest {
  private static final int FREE = 0;
  private static final int IDLE = 4;
  private static final int CLOSED = 6;
  private static final String LET_GO = "message 17 ";
  private static final String STOP_CALL = "message 18 ";
  private static final String RETIRE = "message 19 0";
  private static final String FUNCTION =
      """
      import io.kubeless.*;
      public class Foo {
        public Object handler(Event event) throws Exception {
          switch (event.Extensions.path()) {
            case "/sleep":
              Thread.sleep(60_000);
              break;
            case "/exit":
              System.exit(3);
              break;
            case "/memory":
              throw new OutOfMemoryError("expected by a test");
            case "/fail":
              throw new IllegalStateException("expected by a test");
            case "/bad":
              return new Response(200).header("a b", "c");
            case "/late":
              return (StreamingBody) output -> { throw new java.io.IOException("by a test"); };
            case "/broken":
              return (StreamingBody) output -> {
                output.write("piece".getBytes());
                output.flush();
                throw new IllegalStateException("expected by a test");
              };
            case "/stream":
              return java.util.stream.Stream.of("a", "b");
          }
          return "done " + event.Data;
        }
      }
      """;

  private Path volume;
  private FakeSupervisor supervisor;
  private int slot;

  @BeforeAll
  void compile(@TempDir Path folder) throws IOException {
    volume = folder;
    Path source = Files.writeString(volume.resolve("Foo.java"), FUNCTION);
    String classes = volume.resolve("classes").toString();
    String path = System.getProperty("java.class.path");
    String[] arguments = {"-cp", path, "-d", classes, source.toString()};
    assertEquals(0, ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments));
    supervisor = new FakeSupervisor(volume, "handler");
  }

  @AfterAll
  void stop() throws IOException {
    supervisor.close();
  }

  private int request(String path) throws IOException {
    supervisor.request(++slot, path);
    return slot;
  }

  private Map<String, Object> record() throws IOException {
    List<Map<String, Object>> records = supervisor.records();
    return records.get(records.size() - 1);
  }

  @Test
  void requestsOfOneConnection() throws IOException {
    int kept = request("/a?b=1");
    supervisor.expect(kept, 200, "done ");
    supervisor.await(kept, IDLE);
    Map<String, Object> record = record();
    assertEquals(200, record.get("Status"));
    assertEquals(1, record.get("Outcome"));
    assertEquals(5, record.get("Bytes"));
    assertEquals(
        List.of("127.0.0.1", "GET", "HTTP/1.1", "", "/a?b=1", "", ""), record.get("Texts"));
    supervisor.send(kept, "/again");
    supervisor.expect(kept, 200, "done ");
    assertEquals(2, supervisor.await(kept, IDLE).get("sequence"));
  }

  @Test
  void pipelinedRequests() throws IOException {
    supervisor.run("connect " + ++slot);
    String one = "POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 3\\r\\n\\r\\n";
    supervisor.run("send %d \"%sone%stwo\"".formatted(slot, one, one));
    supervisor.receive(slot, "done one");
    supervisor.receive(slot, "done two");
    assertEquals(2, supervisor.await(slot, IDLE).get("sequence"));
  }

  /** A slow head or body holds no thread: its connection is parked in between. */
  @Test
  void requestInPieces() throws Exception {
    supervisor.run("connect " + ++slot);
    for (String piece :
        List.of("POST / HT", "TP/1.1\\r\\nHost: a\\r\\nContent-Le", "ngth: 4\\r\\n\\r\\nbo")) {
      supervisor.run("send %d \"%s\"".formatted(slot, piece));
      supervisor.await(slot, 2);
      Thread.sleep(150); // longer than a thread waits: it is what this test is about
    }
    supervisor.run("send %d \"dy\"".formatted(slot));
    supervisor.expect(slot, 200, "done body");
  }

  /** Taken while a thread waits for its next request, or none does. */
  @Test
  void idleConnectionIsLetGo() throws Exception {
    for (int wait : new int[] {0, 300}) {
      int kept = request("/");
      supervisor.expect(kept, 200, "done ");
      supervisor.await(kept, IDLE);
      Thread.sleep(wait); // after 100 ms no thread waits any more
      assertEquals(true, supervisor.run("take " + kept).get("taken"));
      supervisor.await(kept, FREE);
    }
  }

  /** TIMEOUT-9: the call is interrupted, nothing of it is sent, and its place is free again. */
  @Test
  void lateCall() throws IOException {
    int late = request("/sleep");
    supervisor.awaitCall(late);
    assertEquals(true, supervisor.run("take " + late).get("taken"));
    supervisor.run(STOP_CALL + late);
    supervisor.await(late, FREE);
    supervisor.records();
    int next = request("/");
    supervisor.expect(next, 200, "done ");
    supervisor.await(next, IDLE);
    assertEquals(1, supervisor.records().size());
  }

  @Test
  void errorOfTheFunction() throws IOException {
    int failed = request("/fail");
    supervisor.expect(failed, 500, "Internal Server Error\\n");
    supervisor.await(failed, IDLE);
    assertEquals(2, record().get("Outcome"));
  }

  /** FAILURE-4: the supervisor answers, and ends this process later. */
  @Test
  void exitOfTheProcess() throws IOException {
    try (FakeSupervisor other = new FakeSupervisor(volume, "handler")) {
      other.request(1, "/exit");
      assertEquals(1, other.run("await EXITING").get("slot"));
      other.request(2, "/"); // FAILURE-6: other calls go on
      other.expect(2, 200, "done ");
    }
  }

  @Test
  void lackOfMemory() throws IOException {
    int failed = request("/memory");
    supervisor.expect(failed, 500, "Internal Server Error\\n");
    supervisor.run("await REPLACE");
  }

  @Test
  void headerThatCannotBeSent() throws IOException {
    int failed = request("/bad");
    supervisor.expect(failed, 500, "Internal Server Error\\n");
    supervisor.await(failed, IDLE);
    assertEquals(2, record().get("Outcome"));
  }

  /** RESPONSE-9. */
  @Test
  void stream() throws IOException {
    int streamed = request("/stream");
    supervisor.expect(streamed, 200, "1\\r\\na\\r\\n1\\r\\nb\\r\\n0\\r\\n\\r\\n");
    supervisor.await(streamed, IDLE);
    assertEquals(2, record().get("Bytes"));
  }

  /** TIMEOUT-13 likewise: a client must not take the answer for whole. */
  @Test
  void streamThatBreaks() throws IOException {
    int broken = request("/broken");
    supervisor.receive(broken, "piece");
    supervisor.await(broken, CLOSED);
    Map<String, Object> record = record();
    assertEquals(200, record.get("Status"));
    assertEquals(2, record.get("Outcome"));
  }

  /** Nothing was sent, so the status can still say so. */
  @Test
  void streamThatNeverBegins() throws IOException {
    int failed = request("/late");
    supervisor.expect(failed, 500, "Internal Server Error\\n");
    supervisor.await(failed, IDLE);
  }

  /** OBSERVABILITY-3, OBSERVABILITY-8: the supervisor counts for all workers; no record. */
  @Test
  void probeOnAnOldConnection() throws IOException {
    int kept = request("/");
    supervisor.expect(kept, 200, "done ");
    supervisor.await(kept, IDLE);
    supervisor.records();
    supervisor.send(kept, "/metrics");
    assertEquals(kept, supervisor.run("await PROBE").get("slot"));
    supervisor.run("answer %d 200 \"numbers\"".formatted(kept));
    supervisor.expect(kept, 200, "numbers");
    supervisor.await(kept, IDLE);
    assertTrue(supervisor.records().isEmpty());
  }

  /** A retired worker ends what it has begun, and reads no further request. */
  @Test
  void retiredWorker() throws Exception {
    try (FakeSupervisor other = new FakeSupervisor(volume, "handler")) {
      other.request(1, "/");
      other.expect(1, 200, "done ");
      Map<?, ?> before = other.await(1, IDLE);
      other.run(RETIRE);
      other.request(2, "/"); // when this one is let go, RETIRE has been received
      assertEquals(true, other.run("take 2").get("taken"));
      other.run(LET_GO + "2");
      other.await(2, FREE);
      other.send(1, "/");
      Thread.sleep(300);
      assertEquals(before, other.await(1, IDLE));
      assertFalse(other.run("take 1").containsKey("error"));
      other.await(1, FREE);
    }
  }
}
