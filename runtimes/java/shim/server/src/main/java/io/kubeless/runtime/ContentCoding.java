package io.kubeless.runtime;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/** Undoes the content coding of a body (REQUEST-27). */
final class ContentCoding {
  private static final int TRAILER = 8;

  private ContentCoding() {}

  /**
   * Returns the body decoded, or the same if it has no coding.
   *
   * @param values those of Content-Encoding
   * @param limit bytes that the decoded body may have
   */
  static byte[] undo(List<String> values, byte[] body, long limit) throws BadRequestException {
    if (body.length == 0) { // REQUEST-32
      return body;
    }
    List<String> names =
        values.stream()
            .flatMap(value -> Stream.of(value.split(",")))
            .map(name -> name.trim().toLowerCase(Locale.ROOT))
            .filter(name -> !name.isEmpty() && !name.equals("identity"))
            .collect(Collectors.toList());
    if (names.isEmpty()) {
      return body;
    }
    try {
      switch (names.size() > 1 ? "" : names.get(0)) {
        case "gzip", "x-gzip":
          return gunzip(body, limit);
        case "deflate":
          return inflate(body, limit);
        default: // REQUEST-29
          throw BadRequestException.ofCoding("the content coding `" + names + "` is not known");
      }
    } catch (IOException e) {
      throw malformed();
    }
  }

  private static BadRequestException malformed() {
    return new BadRequestException(400, "the content coding can't be undone");
  }

  private static byte[] gunzip(byte[] body, long limit) throws IOException, BadRequestException {
    try (Gzip input = new Gzip(body)) {
      byte[] decoded = read(input, limit);
      if (input.left() != TRAILER) { // REQUEST-30: bytes behind the end
        throw malformed();
      }
      return decoded;
    }
  }

  /** Many clients leave the header of zlib out. */
  private static byte[] inflate(byte[] body, long limit) throws IOException, BadRequestException {
    boolean hasHeader =
        body.length > 1
            && (body[0] & 15) == 8
            && ((body[0] & 0xff) << 8 | body[1] & 0xff) % 31 == 0;
    Inflater inflater = new Inflater(!hasHeader);
    try (InflaterInputStream input =
        new InflaterInputStream(new ByteArrayInputStream(body), inflater, body.length)) {
      byte[] decoded = read(input, limit);
      if (inflater.getRemaining() > 0) {
        throw malformed();
      }
      return decoded;
    } finally {
      inflater.end();
    }
  }

  /** What comes out is bounded before it is kept (REQUEST-31). */
  private static byte[] read(InflaterInputStream input, long limit)
      throws IOException, BadRequestException {
    byte[] decoded = input.readNBytes((int) Math.min(limit, Integer.MAX_VALUE - 16) + 1);
    if (decoded.length > limit) {
      throw new BadRequestException(413, "the decoded body is larger than the limit");
    }
    return decoded;
  }

  /** Its buffer holds the whole body, so that it tells how much of that is left. */
  private static final class Gzip extends GZIPInputStream {
    Gzip(byte[] body) throws IOException {
      super(new ByteArrayInputStream(body), body.length);
    }

    int left() {
      return inf.getRemaining();
    }
  }
}
