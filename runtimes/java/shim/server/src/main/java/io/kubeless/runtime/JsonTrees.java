package io.kubeless.runtime;

import com.fasterxml.jackson.annotation.JsonFormat;
import java.util.Set;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.JacksonModule;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.jsontype.TypeSerializer;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.Serializers;
import tools.jackson.databind.ser.std.StdSerializer;
import tools.jackson.databind.type.CollectionType;
import tools.jackson.databind.type.MapType;

/**
 * Writes the JSON trees of the function's own libraries as the JSON that they are: the text of each
 * is its JSON, while to Jackson they would be beans, maps or lists.
 */
final class JsonTrees {
  private static final Set<String> NAMES =
      Set.of(
          "com.fasterxml.jackson.databind.JsonNode",
          "com.google.gson.JsonElement",
          "jakarta.json.JsonValue",
          "javax.json.JsonValue",
          "org.json.JSONArray",
          "org.json.JSONObject",
          "tools.jackson.databind.JsonNode");

  private JsonTrees() {}

  static JacksonModule module() {
    return new SimpleModule() {
      private static final long serialVersionUID = 1L;

      @Override
      public void setupModule(SetupContext context) {
        context.addSerializers(new Finder());
      }
    };
  }

  /** Whether a class, or one that it extends or implements, is such a tree. */
  static boolean isTree(Class<?> type) {
    if (type == null) {
      return false;
    }
    if (NAMES.contains(type.getName()) || isTree(type.getSuperclass())) {
      return true;
    }
    for (Class<?> one : type.getInterfaces()) {
      if (isTree(one)) {
        return true;
      }
    }
    return false;
  }

  private static ValueSerializer<?> serializer(JavaType type) {
    return isTree(type.getRawClass()) ? new AsText() : null;
  }

  private static final class Finder implements Serializers {
    @Override
    public ValueSerializer<?> findSerializer(
        SerializationConfig config,
        JavaType type,
        BeanDescription.Supplier description,
        JsonFormat.Value format) {
      return serializer(type);
    }

    @Override
    public ValueSerializer<?> findCollectionSerializer(
        SerializationConfig config,
        CollectionType type,
        BeanDescription.Supplier description,
        JsonFormat.Value format,
        TypeSerializer typeSerializer,
        ValueSerializer<Object> elements) {
      return serializer(type);
    }

    @Override
    public ValueSerializer<?> findMapSerializer(
        SerializationConfig config,
        MapType type,
        BeanDescription.Supplier description,
        JsonFormat.Value format,
        ValueSerializer<Object> keys,
        TypeSerializer typeSerializer,
        ValueSerializer<Object> values) {
      return serializer(type);
    }
  }

  private static final class AsText extends StdSerializer<Object> {
    AsText() {
      super(Object.class);
    }

    @Override
    public void serialize(Object tree, JsonGenerator output, SerializationContext context) {
      output.writeRawValue(tree.toString());
    }
  }
}
