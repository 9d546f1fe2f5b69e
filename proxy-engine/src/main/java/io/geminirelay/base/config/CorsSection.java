package io.geminirelay.base.config;

import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Reads the mapping {@code server.cors}. */
final class CorsSection {
  private static final int DAY_SECS = 86_400;

  /**
   * As browsers write an origin (RFC 6454 section 6.2): anything else would never be equal to one.
   */
  private static final Pattern ORIGIN =
      Pattern.compile(
          "(?!https://.*:443$|http://.*:80$)[a-z][a-z0-9+.-]*://([a-z0-9._-]+|\\[[0-9a-f:]+])"
              + "(:[0-9]{1,5})?");

  private static final String ORIGIN_FORM =
      "an origin as browsers send it, like https://app.example.com or http://localhost:5173: scheme"
          + " and host in small letters, a port unless it is the standard one, no path and no slash"
          + " at the end; or \"*\" for all";
  private static final Pattern HEADER = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
  private static final String HEADER_FORM = "the name of a header, or \"*\"";

  private final ConfigTree tree;
  private final Typed typed;

  private CorsSection(ConfigTree tree) {
    this.tree = tree;
    this.typed = new Typed(tree);
  }

  static CorsRules read(ConfigTree tree) {
    CorsSection section = new CorsSection(tree);
    CorsRules rules = section.rules();
    section.checkAnyOrigin(rules);
    tree.done();
    return rules;
  }

  private CorsRules rules() {
    CorsRules standard = CorsRules.STANDARD;
    String methods = "one of " + String.join(", ", standard.methods());
    return new CorsRules(
        list("origins", standard.origins(), CorsSection::isOrigin, ORIGIN_FORM),
        list("allowed_headers", standard.allowedHeaders(), CorsSection::isHeader, HEADER_FORM),
        list("methods", standard.methods(), standard.methods()::contains, methods),
        list("expose_headers", standard.exposeHeaders(), CorsSection::isHeader, HEADER_FORM),
        typed.seconds("max_age_secs", 0, DAY_SECS, standard.maxAge()),
        typed.truth("credentials", standard.credentials()));
  }

  private List<String> list(
      String name, List<String> otherwise, Predicate<String> fits, String expected) {
    if (!tree.has(name)) {
      return otherwise;
    }
    return typed.texts(name).stream()
        .filter(
            scalar -> {
              boolean good = fits.test(scalar.text());
              if (!good) {
                tree.problems().add(scalar.place(), Shown.plain(scalar.text()), expected);
              }
              return good;
            })
        .map(Scalar::text)
        .toList();
  }

  private void checkAnyOrigin(CorsRules rules) {
    if (!rules.anyOrigin()) {
      return;
    }
    Place place = tree.placeOf("origins");
    if (rules.origins().size() > 1) {
      tree.problems().add(place, "\"*\" beside others", "\"*\" alone, or single origins");
    }
    if (rules.credentials()) {
      String expected = "single origins; \"*\" would lend every page the user's credentials";
      tree.problems().add(place, "\"*\" with credentials", expected);
    }
  }

  private static boolean isOrigin(String text) {
    return text.equals(CorsRules.ANY) || ORIGIN.matcher(text).matches();
  }

  private static boolean isHeader(String text) {
    return HEADER.matcher(text).matches();
  }
}
