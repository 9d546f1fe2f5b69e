import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;

/**
 * Takes out of jars what has to lie beside them: native libraries, and the texts of licences.
 *
 * <p>Arguments: the folder of the jars, the folder for the libraries, the folder for the texts, which
 * are left out without it.
 */
final class Unpack {
  private static final Pattern NATIVE = Pattern.compile("META-INF/native/lib\\w+\\.so");
  private static final Pattern TEXT =
      Pattern.compile("(?:.*/)?(?:LICEN[CS]E|NOTICE|COPYING|ABOUT)(?:[.-][^/]*)?|META-INF/license/.+",
          Pattern.CASE_INSENSITIVE);

  private Unpack() {}

  public static void main(String[] folders) throws IOException {
    Path libraries = Path.of(folders[1]);
    Path texts = folders.length > 2 ? Path.of(folders[2]) : null;
    try (DirectoryStream<Path> jars = Files.newDirectoryStream(Path.of(folders[0]), "*.jar")) {
      for (Path path : jars) {
        String name = path.getFileName().toString().replaceAll("\\.jar$", "");
        try (JarFile jar = new JarFile(path.toFile())) {
          for (JarEntry entry : (Iterable<JarEntry>) jar.stream()::iterator) {
            String inside = entry.getName();
            String last = inside.substring(inside.lastIndexOf('/') + 1);
            if (NATIVE.matcher(inside).matches()) {
              copy(jar, entry, libraries.resolve(last));
            } else if (texts != null && !entry.isDirectory() && TEXT.matcher(inside).matches()) {
              copy(jar, entry, texts.resolve(name).resolve(last));
            }
          }
        }
      }
    }
  }

  private static void copy(JarFile jar, JarEntry entry, Path to) throws IOException {
    Files.createDirectories(to.getParent());
    // Of two of one name the first is the library's own; others are of what it has inside.
    for (int i = 2; Files.exists(to); i++) {
      to = to.resolveSibling(to.getFileName().toString().replaceAll("-\\d+$", "") + "-" + i);
    }
    try (InputStream in = jar.getInputStream(entry)) {
      Files.copy(in, to);
    }
  }
}
