package io.kubeless.runtime;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The function's own class loader: it sees the JDK, the types of {@code params} and what lies in
 * the install volume, but none of the shim's libraries (IMAGE-8) save Jackson's annotations.
 */
final class FunctionClasses extends URLClassLoader {
  private static final String PACKAGE = "io.kubeless.";

  /** The shim's serialiser heeds the function's annotations only if both have the same classes. */
  private static final String ANNOTATIONS = "com.fasterxml.jackson.annotation.";

  private static final Set<String> SHARED =
      Set.of("Event", "Context", "Request", "Request$Part", "Response", "StreamingBody");

  private final Path volume;

  static {
    registerAsParallelCapable();
  }

  FunctionClasses(Path volume) {
    super(urls(volume), ClassLoader.getPlatformClassLoader());
    this.volume = volume;
  }

  /** Compiled classes, then jars in place of source, then dependencies; resources come last. */
  private static URL[] urls(Path volume) {
    List<Path> places = new ArrayList<>(List.of(volume.resolve("classes")));
    places.addAll(jars(volume));
    places.addAll(jars(volume.resolve("libs")));
    places.add(volume);
    return places.stream().map(FunctionClasses::url).toArray(URL[]::new);
  }

  private static List<Path> jars(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static URL url(Path path) {
    try {
      return path.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (name.startsWith(PACKAGE) && SHARED.contains(name.substring(PACKAGE.length()))) {
      return FunctionClasses.class.getClassLoader().loadClass(name);
    }
    if (name.startsWith(ANNOTATIONS)) {
      try {
        return FunctionClasses.class.getClassLoader().loadClass(name);
      } catch (ClassNotFoundException e) {
        return super.loadClass(name, resolve); // newer than the shim's
      }
    }
    return super.loadClass(name, resolve);
  }

  /** Finds the module's class: in package io.kubeless, in none, or in whatever package it is. */
  Class<?> find(String module) throws LoadException {
    for (String name : candidates(module)) {
      try {
        return Class.forName(name, true, this);
      } catch (ClassNotFoundException e) {
        // Try the next.
      } catch (ExceptionInInitializerError e) {
        throw new LoadException("`" + name + "` throws while it loads", e.getCause());
      }
    }
    throw new LoadException("there is no class `" + module + "` in `" + volume + "`");
  }

  private List<String> candidates(String module) {
    List<String> names = new ArrayList<>(List.of(PACKAGE + module, module));
    Path classes = volume.resolve("classes");
    if (!module.contains(".") && Files.isDirectory(classes)) {
      try (Stream<Path> files = Files.walk(classes)) {
        files
            .filter(file -> file.getFileName().toString().equals(module + ".class"))
            .map(file -> classes.relativize(file).toString())
            .map(file -> file.substring(0, file.length() - 6).replace(File.separatorChar, '.'))
            .forEach(names::add);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return names;
  }
}
