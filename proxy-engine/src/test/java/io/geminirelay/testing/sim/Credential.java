package io.geminirelay.testing.sim;

import io.geminirelay.testing.Header;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** One credential found in a request, with the place where it was. */
public record Credential(Place place, String value) {

  /** Where Google looks for credentials. */
  public enum Place {
    GOOG_HEADER,
    KEY_PARAMETER,
    BEARER
  }

  /** All credentials of a request, also repeated ones. */
  public static List<Credential> of(ReceivedRequest request) {
    List<Credential> found = new ArrayList<>(1);
    for (Header header : request.headers()) {
      if (header.name().equalsIgnoreCase("x-goog-api-key")) {
        found.add(new Credential(Place.GOOG_HEADER, header.value()));
      } else if (header.name().equalsIgnoreCase("authorization")) {
        found.add(new Credential(Place.BEARER, token(header.value())));
      }
    }
    for (String value : request.queryAll("key")) {
      found.add(new Credential(Place.KEY_PARAMETER, value));
    }
    return found;
  }

  private static String token(String authorization) {
    boolean bearer = authorization.toLowerCase(Locale.ROOT).startsWith("bearer ");
    return bearer ? authorization.substring("bearer ".length()).trim() : authorization;
  }
}
