package io.geminirelay;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A signal of the operating system. By reflection, as the compiler warns of the JDK's class for it
 * and lets nobody say that he knows; and not by the library that does the same, which first looks
 * through every jar for somebody to log to.
 */
final class SystemSignal {
  private static final Logger LOG = LoggerFactory.getLogger(SystemSignal.class);
  private static final String LISTENER = "sun.misc.SignalHandler";
  private static final String SIGNAL = "sun.misc.Signal";

  private SystemSignal() {}

  /**
   * Has {@code action} run, on a thread of its own, each time that the signal comes. Where nobody
   * may listen, as with the JVM's {@code -Xrs}, the log says so, and the signal does with the
   * process what it does with any.
   *
   * @param name without {@code SIG}
   * @return whether it is listened to
   */
  static boolean listen(String name, Runnable action) {
    try {
      Class<?> listening = Class.forName(LISTENER);
      Class<?> signals = Class.forName(SIGNAL);
      Object listener =
          Proxy.newProxyInstance(
              SystemSignal.class.getClassLoader(),
              new Class<?>[] {listening},
              (self, method, arguments) ->
                  switch (method.getName()) {
                    case "handle" -> {
                      action.run();
                      yield null;
                    }
                    case "equals" -> self == arguments[0];
                    case "hashCode" -> System.identityHashCode(self);
                    default -> name;
                  });
      Object signal = signals.getConstructor(String.class).newInstance(name);
      signals.getMethod("handle", signals, listening).invoke(null, signal, listener);
      return true;
    } catch (InvocationTargetException e) {
      LOG.warn("cannot listen to SIG{}: {}", name, String.valueOf(e.getCause()));
    } catch (ReflectiveOperationException e) {
      LOG.warn("cannot listen to SIG{}: {}", name, e.toString());
    }
    return false;
  }
}
