package io.geminirelay.fuzz;

import static org.junit.jupiter.api.Assertions.assertFalse;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every fuzz target with the inputs kept for it, and with none at all. Calls the targets by itself:
 * Jazzer's own way would load its agent into the JVM of all other tests.
 */
class KeptInputsTest {
  @TestFactory
  Stream<DynamicTest> aTargetHoldsForEveryInputThatIsKeptForIt() throws Exception {
    List<Class<?>> targets = targets();
    assertFalse(targets.isEmpty());
    return targets.stream().flatMap(KeptInputsTest::tests);
  }

  private static List<Class<?>> targets() throws Exception {
    Path root = Path.of(KeptInputsTest.class.getResource("/").toURI());
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .map(file -> root.relativize(file).toString())
          .filter(name -> name.endsWith("Fuzz.class"))
          .map(name -> name.substring(0, name.length() - ".class".length()).replace('/', '.'))
          .sorted()
          .<Class<?>>map(KeptInputsTest::named)
          .toList();
    }
  }

  private static Class<?> named(String name) {
    try {
      return Class.forName(name);
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  private static Stream<DynamicTest> tests(Class<?> target) {
    Method method =
        Arrays.stream(target.getDeclaredMethods())
            .filter(candidate -> candidate.isAnnotationPresent(FuzzTest.class))
            .findFirst()
            .orElseThrow();
    List<Path> inputs = inputs(target, method);
    assertFalse(inputs.isEmpty(), target + " has no inputs");
    DynamicTest none =
        DynamicTest.dynamicTest(
            target.getSimpleName() + " with nothing", () -> call(method, new byte[0]));
    return Stream.concat(
        Stream.of(none),
        inputs.stream()
            .map(
                input ->
                    DynamicTest.dynamicTest(
                        target.getSimpleName() + " with " + input.getFileName(),
                        input.toUri(),
                        () -> call(method, Files.readAllBytes(input)))));
  }

  private static List<Path> inputs(Class<?> target, Method method) {
    String folder = target.getSimpleName() + "Inputs/" + method.getName();
    try (Stream<Path> files = Files.list(Path.of(target.getResource(folder).toURI()))) {
      return files.sorted().toList();
    } catch (IOException | URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  private static void call(Method method, byte[] input) throws Throwable {
    var constructor = method.getDeclaringClass().getDeclaredConstructor();
    constructor.setAccessible(true);
    method.setAccessible(true);
    try {
      method.invoke(constructor.newInstance(), (Object) input);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
