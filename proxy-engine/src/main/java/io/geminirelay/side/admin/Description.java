package io.geminirelay.side.admin;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** The description of the admin interface in the OpenAPI form, as it lies in the jar. */
public final class Description {
  private static final String FILE = "openapi.json";

  private Description() {}

  /** The operation that tells it; it holds no data, so nobody has to log in for it. */
  public static AdminOperation operation() {
    return new AdminOperation(
        "GET",
        "/admin/openapi.json",
        AdminOperation.Access.OPEN,
        AdminOperation.now(
            request -> {
              String text = text();
              return AdminAnswer.ok(out -> out.writeRawValue(text));
            }));
  }

  private static String text() throws IOException {
    try (InputStream file = Description.class.getResourceAsStream(FILE)) {
      if (file == null) {
        throw new IOException("the jar lacks " + FILE);
      }
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
