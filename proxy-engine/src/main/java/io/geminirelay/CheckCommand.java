package io.geminirelay;

import io.geminirelay.base.config.ConfigException;
import io.geminirelay.base.config.ConfigText;
import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.base.config.GroupConfig;
import io.geminirelay.base.config.Loaded;
import io.geminirelay.base.config.Place;
import io.geminirelay.base.config.Problem;
import io.geminirelay.base.config.ServerConfig.TlsFiles;
import io.geminirelay.base.tokens.Vocabulary;
import io.geminirelay.command.Exit;
import io.geminirelay.flow.accept.ServerTls;
import io.geminirelay.flow.outbound.connect.UpstreamTls;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** Prints the effective configuration with secrets masked, or everything that is wrong with it. */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    description = "Check the configuration and print it with secrets masked.")
final class CheckCommand implements Callable<Integer> {
  @ParentCommand private @Nullable RelayCommand main;

  @Override
  public Integer call() throws Exception {
    if (main == null) {
      throw new IllegalStateException("not started through RelayCommand");
    }
    Loaded loaded = main.load();
    checkFiles(loaded.config());
    main.out().print(ConfigText.of(loaded.config()));
    main.out().flush();
    return Exit.OK;
  }

  /** Reads every file that is named, as only that tells whether it can be used. */
  private static void checkFiles(EngineConfig config) throws ConfigException, IOException {
    Path vocabulary = config.guard().vocabulary();
    if (vocabulary != null) {
      Vocabulary.load(vocabulary);
    }
    List<Problem> problems = new ArrayList<>();
    for (GroupConfig group : config.groups()) {
      try {
        var unused = new UpstreamTls().prepared(List.of(group.target()));
      } catch (IllegalArgumentException e) {
        String path = "groups." + group.name() + ".ca_file";
        problems.add(problem(path, e, "a file of PEM certificates that can be read"));
      }
    }
    TlsFiles files = config.server().tls();
    try {
      if (files != null) {
        var unused = ServerTls.load(files);
      }
    } catch (SSLException e) {
      problems.add(problem("server.tls", e, "a certificate and its private key as PEM files"));
    }
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
  }

  private static Problem problem(String path, Exception e, String expected) {
    return new Problem(
        new Place("file", 0, 0, path), String.valueOf(e.getMessage()), expected, null);
  }
}
