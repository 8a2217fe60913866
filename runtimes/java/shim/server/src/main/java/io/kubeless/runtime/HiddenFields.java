package io.kubeless.runtime;

import java.util.Set;
import tools.jackson.core.Version;
import tools.jackson.databind.AnnotationIntrospector;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.AnnotatedMember;

/** Hides what an author has hidden from another serialiser: its annotations are known by name. */
final class HiddenFields extends AnnotationIntrospector {
  private static final long serialVersionUID = 1L;
  private static final Set<String> HIDING =
      Set.of(
          "jakarta.json.bind.annotation.JsonbTransient",
          "jakarta.xml.bind.annotation.XmlTransient",
          "javax.json.bind.annotation.JsonbTransient",
          "javax.xml.bind.annotation.XmlTransient",
          "org.codehaus.jackson.annotate.JsonIgnore");

  @Override
  public Version version() {
    return Version.unknownVersion();
  }

  @Override
  public boolean hasIgnoreMarker(MapperConfig<?> config, AnnotatedMember member) {
    return member
        .annotations()
        .anyMatch(annotation -> HIDING.contains(annotation.annotationType().getName()));
  }
}
