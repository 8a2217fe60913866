package io.kubeless.runtime;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The head of a request.
 *
 * @param path as it was sent, without scheme and host
 * @param query as it was sent, or null
 * @param headers lower-case names with their values in order
 */
record RequestHead(String method, String path, String query, Map<String, List<String>> headers) {

  /** Splits what {@link WorkerLibrary#request} gives: texts with a NUL behind each. */
  static RequestHead parse(byte[] bytes) {
    int[] at = {0};
    String method = next(bytes, at);
    String target = next(bytes, at);
    Map<String, List<String>> headers = new LinkedHashMap<>();
    while (at[0] < bytes.length && bytes[at[0]] != 0) {
      String name = next(bytes, at).toLowerCase(Locale.ROOT);
      headers.computeIfAbsent(name, key -> new ArrayList<>(1)).add(next(bytes, at));
    }
    int mark = target.indexOf('?');
    String path = mark < 0 ? target : target.substring(0, mark);
    String query = mark < 0 ? null : target.substring(mark + 1);
    return new RequestHead(method, path, query, headers);
  }

  private static String next(byte[] bytes, int[] at) {
    int start = at[0];
    int end = start;
    boolean ascii = true;
    while (bytes[end] != 0) {
      ascii &= bytes[end] > 0;
      end++;
    }
    at[0] = end + 1;
    if (ascii) {
      return new String(bytes, start, end - start, ISO_8859_1);
    }
    return decoded(bytes, start, end - start);
  }

  /** REQUEST-11: UTF-8; else each byte is a character, so that nothing is lost. */
  private static String decoded(byte[] bytes, int start, int length) {
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, start, length)).toString();
    } catch (CharacterCodingException e) {
      return new String(bytes, start, length, ISO_8859_1);
    }
  }

  /** Returns the head of a request whose coding was undone (REQUEST-28). */
  RequestHead decoded(int length) {
    Map<String, List<String>> changed = new LinkedHashMap<>(headers);
    changed.remove("content-encoding");
    changed.put("content-length", List.of(Integer.toString(length)));
    return new RequestHead(method, path, query, changed);
  }

  /** Returns the first value of a header (its name in lower case), or null. */
  String header(String name) {
    List<String> values = headers.get(name);
    return values == null ? null : values.get(0);
  }
}
