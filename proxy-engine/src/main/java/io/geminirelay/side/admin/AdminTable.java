package io.geminirelay.side.admin;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** All operations of the admin interface, and which of them a request means. Immutable. */
public final class AdminTable {
  private final List<Line> lines;

  /** The table of {@code operations}; of two that fit a path the one without names wins. */
  public AdminTable(List<AdminOperation> operations) {
    this.lines =
        operations.stream()
            .map(operation -> new Line(operation, List.of(operation.template().split("/", -1))))
            .sorted((a, b) -> Boolean.compare(a.named(), b.named()))
            .toList();
  }

  /** What is in it, in no order that means something. */
  public List<AdminOperation> operations() {
    return lines.stream().map(Line::operation).toList();
  }

  /**
   * Finds what a request means.
   *
   * @param path raw, without a query
   * @return what fits the path; null where nothing does
   */
  public @Nullable Match match(String method, String path) {
    List<String> segments = List.of(path.split("/", -1));
    String asked = method.equals("HEAD") ? "GET" : method;
    TreeSet<String> allowed = new TreeSet<>();
    for (Line line : lines) {
      if (line.fits(segments)) {
        AdminOperation operation = line.operation;
        if (operation.method().equals(asked)) {
          return new Match(operation, line.values(segments), "");
        }
        allowed.add(operation.method());
        if (operation.method().equals("GET")) {
          allowed.add("HEAD");
        }
      }
    }
    return allowed.isEmpty() ? null : new Match(null, Map.of(), String.join(", ", allowed));
  }

  /**
   * What fits a path.
   *
   * @param operation null where the path has none of that method
   * @param values of the names in the template, decoded
   * @param allowed the path's methods, for {@code Allow}; empty where there is an operation
   */
  public record Match(
      @Nullable AdminOperation operation, Map<String, String> values, String allowed) {}

  private record Line(AdminOperation operation, List<String> parts) {
    boolean named() {
      return operation.template().indexOf('{') >= 0;
    }

    private static boolean isName(String part) {
      return part.startsWith("{");
    }

    boolean fits(List<String> segments) {
      if (segments.size() != parts.size()) {
        return false;
      }
      for (int i = 0; i < parts.size(); i++) {
        String segment = segments.get(i);
        boolean fits = isName(parts.get(i)) ? !segment.isEmpty() : segment.equals(parts.get(i));
        if (!fits) {
          return false;
        }
      }
      return true;
    }

    Map<String, String> values(List<String> segments) {
      Map<String, String> values = new LinkedHashMap<>();
      for (int i = 0; i < parts.size(); i++) {
        String part = parts.get(i);
        if (isName(part)) {
          values.put(part.substring(1, part.length() - 1), decoded(segments.get(i)));
        }
      }
      return values;
    }

    /** A plus sign in a path stands for itself. */
    private static String decoded(String segment) {
      return new QueryStringDecoder("/" + segment, true).path().substring(1);
    }
  }
}
