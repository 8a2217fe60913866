package io.kubeless.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RunningCallsTest {
  private final RunningCalls calls = new RunningCalls(1, 50_000_000);

  /** CONCURRENCY-5. */
  @Test
  void requestWaitsForPlaceForOneTimeout() {
    try (RunningCalls.Call first = calls.tryBegin(1)) {
      assertNotNull(first);
      assertNull(calls.tryBegin(2));
      assertNull(calls.begin(2));
    }
    assertNotNull(calls.begin(2));
  }

  /** An interruption that was meant for an earlier call neither ends the wait nor the next call. */
  @Test
  void lateInterruptionIsIgnored() {
    try (RunningCalls.Call first = calls.tryBegin(1)) {
      assertNotNull(first);
      Thread.currentThread().interrupt();
      assertNull(calls.begin(2));
    }
    Thread.currentThread().interrupt();
    assertNotNull(calls.tryBegin(2));
    assertFalse(Thread.interrupted());
  }

  /** TIMEOUT-9: the thread of a late call may never return, and its place must not go with it. */
  @Test
  void lateCallGivesItsPlaceUp() {
    try (RunningCalls.Call late = calls.tryBegin(1)) {
      calls.interrupt(1);
      assertTrue(Thread.interrupted());
      try (RunningCalls.Call next = calls.tryBegin(2)) {
        assertEquals(2, next.slot);
      }
    }
    assertFalse(Thread.interrupted());
  }
}
