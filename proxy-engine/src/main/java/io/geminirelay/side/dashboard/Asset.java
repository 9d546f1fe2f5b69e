package io.geminirelay.side.dashboard;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * One file that the dashboard is made of.
 *
 * @param path where it is served
 * @param resource where it lies on the class path; relative names lie beside this class
 * @param type its content type
 * @param lasting whether the path names a version, so that its content never changes
 */
record Asset(String path, String resource, String type, boolean lasting) {
  static final String PAGE = "/admin/";

  private static final String FOLDER = PAGE + "assets/";
  private static final String WEBJARS = "/META-INF/resources/webjars/";
  private static final String SCRIPT = "text/javascript; charset=utf-8";
  private static final String STYLE = "text/css; charset=utf-8";

  private static final List<String> SCRIPTS =
      List.of(
          "api",
          "app",
          "charts",
          "clients",
          "config",
          "dialogs",
          "dom",
          "exits",
          "format",
          "keyactions",
          "keydetail",
          "keyforms",
          "keys",
          "keystore",
          "live",
          "login",
          "loglevels",
          "models",
          "overview",
          "parts",
          "requests",
          "settings",
          "table",
          "theme",
          "trail",
          "view");
  private static final List<String> STYLES = List.of("base", "parts", "views");

  /** All there are, by their paths. What is not among them is not served, whatever it is called. */
  static final Map<String, Asset> ALL = all();

  private static Map<String, Asset> all() {
    Map<String, Asset> all = new TreeMap<>();
    Stream.of(
            Stream.of(
                new Asset(PAGE, "index.html", "text/html; charset=utf-8", false),
                new Asset(FOLDER + "icon.svg", "icon.svg", "image/svg+xml", false),
                library("chart-4.5.1.js", "chart.js/4.5.1/dist/chart.umd.min.js", SCRIPT),
                library("pico-2.1.1.css", "picocss__pico/2.1.1/css/pico.min.css", STYLE)),
            SCRIPTS.stream().map(name -> own(name + ".js", SCRIPT)),
            STYLES.stream().map(name -> own(name + ".css", STYLE)))
        .flatMap(assets -> assets)
        .forEach(asset -> all.put(asset.path(), asset));
    return Map.copyOf(all);
  }

  private static Asset own(String name, String type) {
    return new Asset(FOLDER + name, name, type, false);
  }

  private static Asset library(String name, String inWebjars, String type) {
    return new Asset(FOLDER + name, WEBJARS + inWebjars, type, true);
  }
}
