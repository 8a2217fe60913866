package io.kubeless.runtime;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.introspect.AnnotationIntrospectorPair;
import tools.jackson.databind.introspect.JacksonAnnotationIntrospector;
import tools.jackson.databind.json.JsonMapper;

/** JSON in and out; with {@link JsonTrees} and {@link HiddenFields} all that knows Jackson. */
final class Json {
  /** REQ_MB_LIMIT bounds a body: what is well formed within it is not refused. */
  private static final StreamReadConstraints NO_BOUNDS =
      StreamReadConstraints.builder()
          .maxNestingDepth(Integer.MAX_VALUE)
          .maxNameLength(Integer.MAX_VALUE)
          .maxNumberLength(Integer.MAX_VALUE)
          .maxStringLength(Integer.MAX_VALUE)
          .build();

  private static final ObjectMapper MAPPER =
      JsonMapper.builder(JsonFactory.builder().streamReadConstraints(NO_BOUNDS).build())
          .enable(SerializationFeature.FAIL_ON_EMPTY_BEANS) // RESPONSE-10
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .addModule(JsonTrees.module())
          .annotationIntrospector(
              AnnotationIntrospectorPair.create(
                  new HiddenFields(), new JacksonAnnotationIntrospector()))
          .build();

  private Json() {}

  /** Returns Map, List, String, Number, Boolean or null. */
  static Object read(byte[] text) {
    try {
      return MAPPER.readValue(text, Object.class);
    } catch (JacksonException e) {
      throw new IllegalArgumentException("not JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** As {@link #read}, with a BigDecimal where a double would change the number. */
  static Object readExactly(byte[] text) {
    try {
      return MAPPER
          .readerFor(Object.class)
          .with(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .readValue(text);
    } catch (JacksonException e) {
      throw new IllegalArgumentException("not JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** Returns whether the text is one JSON value, without building it (REQUEST-7). */
  static boolean isValid(byte[] text) {
    try (JsonParser parser = MAPPER.createParser(text)) {
      if (parser.nextToken() == null) {
        return false;
      }
      parser.skipChildren();
      return parser.nextToken() == null;
    } catch (JacksonException e) {
      return false;
    }
  }

  static byte[] write(Object value) {
    return MAPPER.writeValueAsBytes(value);
  }
}
