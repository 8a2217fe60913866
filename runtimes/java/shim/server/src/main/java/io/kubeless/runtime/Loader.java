package io.kubeless.runtime;

import io.kubeless.Context;
import io.kubeless.Event;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Finds the handler and makes it callable as {@code (Event, Context) -> Object}. */
final class Loader {
  private static final MethodType CALL =
      MethodType.methodType(Object.class, Event.class, Context.class);

  private Loader() {}

  /** The loaded function with the class loader that its code runs with. */
  record Function(MethodHandle handler, ClassLoader classes) {}

  static Function load(Settings settings) throws LoadException {
    String handler = settings.handler();
    String module = settings.module();
    int dot = handler.lastIndexOf('.');
    if (dot >= 0) { // `Class.method` is understood
      module = handler.substring(0, dot);
      handler = handler.substring(dot + 1);
    }
    FunctionClasses classes = new FunctionClasses(Path.of(settings.volume()));
    Thread.currentThread().setContextClassLoader(classes);
    try {
      Class<?> type = classes.find(module);
      return new Function(callable(type, method(type, handler)), classes);
    } catch (LinkageError e) { // LOAD-4
      String what = e.getMessage();
      throw new LoadException("`" + module + "` needs what is not there: " + what, e);
    }
  }

  private static Method method(Class<?> type, String handler) throws LoadException {
    List<Method> own = Arrays.stream(type.getMethods()).filter(Loader::isOwn).toList();
    List<Method> named = own.stream().filter(method -> method.getName().equals(handler)).toList();
    for (Method method : named) {
      if (takesEvent(method)) {
        return method;
      }
    }
    String found = "`" + type.getName() + "`";
    if (!named.isEmpty() || hasMember(type, handler)) { // LOAD-6
      throw new LoadException(
          "`" + handler + "` in " + found + " is not a public method (Event, Context)");
    }
    // LOAD-2
    String names = String.join("`, `", own.stream().map(Method::getName).sorted().toList());
    String there = names.isEmpty() ? "no public method" : "`" + names + "`";
    throw new LoadException("there is no method `" + handler + "` in " + found + ", but " + there);
  }

  private static boolean isOwn(Method method) {
    return method.getDeclaringClass() != Object.class && !method.isBridge();
  }

  private static boolean hasMember(Class<?> type, String name) {
    return Arrays.stream(type.getDeclaredFields()).anyMatch(field -> field.getName().equals(name))
        || Arrays.stream(type.getDeclaredClasses()).anyMatch(c -> c.getSimpleName().equals(name))
        || Arrays.stream(type.getDeclaredMethods()).anyMatch(m -> m.getName().equals(name));
  }

  private static boolean takesEvent(Method method) {
    Class<?>[] taken = method.getParameterTypes();
    return taken.length == 0
        || (taken[0] == Event.class
            && (taken.length == 1 || (taken.length == 2 && taken[1] == Context.class)));
  }

  private static MethodHandle callable(Class<?> type, Method method) throws LoadException {
    try {
      method.setAccessible(true); // the class itself need not be public
      MethodHandle handle = MethodHandles.lookup().unreflect(method);
      if (!Modifier.isStatic(method.getModifiers())) {
        handle = handle.bindTo(instance(type));
      }
      List<Class<?>> rest = CALL.parameterList().subList(handle.type().parameterCount(), 2);
      return MethodHandles.dropArguments(handle, handle.type().parameterCount(), rest).asType(CALL);
    } catch (IllegalAccessException e) {
      throw new LoadException("`" + method + "` can't be called", e);
    }
  }

  private static Object instance(Class<?> type) throws LoadException {
    try {
      var constructor = type.getDeclaredConstructor();
      constructor.setAccessible(true);
      return constructor.newInstance();
    } catch (InvocationTargetException e) {
      throw new LoadException("`" + type.getName() + "` throws while it loads", e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new LoadException("`" + type.getName() + "` has no constructor without parameters", e);
    }
  }
}
