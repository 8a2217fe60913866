package io.kubeless;

import java.io.OutputStream;

/** A body that is written piece by piece; what is flushed reaches the client at once. */
@FunctionalInterface
public interface StreamingBody {
  /** Writes the body. */
  void write(OutputStream output) throws Exception;
}
