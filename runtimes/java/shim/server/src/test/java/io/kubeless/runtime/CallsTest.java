package io.kubeless.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;

class CallsTest {
  private final Calls calls =
      new Calls(
          Settings.read(
              Map.of("FUNC_WORKERS", "1", "FUNC_CONCURRENCY", "2", "FUNC_TIMEOUT", "0.05")));

  @Test
  void requestsOverTheConcurrencyAreRefused() {
    assertTrue(calls.admit());
    assertTrue(calls.admit());
    assertFalse(calls.admit());
    calls.leave();
    assertTrue(calls.admit());
  }

  @Test
  void aRequestWaitsForAWorkerForOneTimeout() throws Exception {
    try (Calls.Call first = calls.begin(1)) {
      assertNotNull(first);
      assertNull(calls.begin(2));
    }
    assertNotNull(calls.begin(2));
  }

  @Test
  void aCallThatIsLateGivesItsPlaceUp() throws Exception {
    try (Calls.Call late = calls.begin(1)) {
      calls.interrupt(1);
      assertTrue(Thread.interrupted());
      try (Calls.Call next = calls.begin(2)) {
        assertEquals(2, next.slot);
      }
    }
    assertFalse(Thread.interrupted());
  }
}
