package io.kubeless.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kubeless.Event;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoaderTest {
  private static final String FUNCTION =
      """
      import io.kubeless.Context;
      import io.kubeless.Event;
      %s
      public class Foo {
        public String foo(Event event, Context context) { return event.Data; }
        public static Object bar(Event event) { return 1; }
        public void other(int number) {}
        public boolean seesTheShim() {
          try {
            Class.forName("tools.jackson.core.JsonParser");
            return true;
          } catch (ClassNotFoundException e) {
            return false;
          }
        }
      }
      """;

  @TempDir Path volume;

  @BeforeEach
  void compile() throws Exception {
    compile("package io.kubeless;", volume.resolve("classes"));
  }

  private void compile(String first, Path classes) throws Exception {
    Path source = Files.writeString(volume.resolve("Foo.java"), first + FUNCTION.formatted(""));
    String path = System.getProperty("java.class.path");
    String[] arguments = {"-cp", path, "-d", classes.toString(), source.toString()};
    assertEquals(0, ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments));
  }

  private Object call(String handler) throws Throwable {
    Loader.Function function = load(handler);
    Event event = new Event("data", null, null, null, null);
    return (Object) function.handler().invokeExact(event, (io.kubeless.Context) null);
  }

  private Loader.Function load(String handler) throws LoadException {
    Map<String, String> environment =
        Map.of(
            "MOD_NAME",
            "Foo",
            "FUNC_HANDLER",
            handler,
            "KUBELESS_INSTALL_VOLUME",
            volume.toString());
    return Loader.load(Settings.read(environment));
  }

  @Test
  void handlersAreMethodsOfTheClass() throws Throwable {
    assertEquals("data", call("foo"));
    assertEquals("data", call("Foo.foo"));
    assertEquals(1, call("bar"));
  }

  @Test
  void anyPackageIsFound() throws Throwable {
    Files.delete(volume.resolve("classes/io/kubeless/Foo.class"));
    compile("package com.example;", volume.resolve("classes"));
    assertEquals("data", call("foo"));
  }

  @Test
  void aJarWillDo() throws Throwable {
    Path compiled = volume.resolve("classes/io/kubeless/Foo.class");
    try (var output = Files.newOutputStream(volume.resolve("any.jar"));
        var jar = new JarOutputStream(output)) {
      jar.putNextEntry(new JarEntry("io/kubeless/Foo.class"));
      jar.write(Files.readAllBytes(compiled));
    }
    Files.delete(compiled);
    assertEquals("data", call("foo"));
  }

  @Test
  void aMissingHandlerIsToldWithTheOnesThere() {
    String message = assertThrows(LoadException.class, () -> load("absent")).getMessage();
    assertTrue(message.contains("`absent`") && message.contains("`bar`, `foo`"), message);
  }

  @Test
  void whatCannotBeCalledIsNamed() {
    String message = assertThrows(LoadException.class, () -> load("other")).getMessage();
    assertTrue(message.contains("`other`"), message);
  }

  @Test
  void theShimsLibrariesAreHidden() throws Throwable {
    assertEquals(false, call("seesTheShim"));
  }
}
