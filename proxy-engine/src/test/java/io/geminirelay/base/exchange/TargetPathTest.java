package io.geminirelay.base.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.base.config.UpstreamProtocol;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TargetPathTest {

  @ParameterizedTest
  @CsvSource({
    "'',/v1beta/models?a=1,/v1beta/models?a=1",
    "/v1beta/openai,/v1beta/openai/chat/completions,/v1beta/openai/chat/completions",
    "/v1beta/openai/,/v1beta/openai/chat/completions,/v1beta/openai/chat/completions",
    "/v1beta/openai,/v1beta/models/m:generateContent,/v1beta/models/m:generateContent",
    "/v1beta,/upload/v1beta/files,/upload/v1beta/files",
    "/prefix,/v1beta/models,/prefix/v1beta/models",
    "/prefix/,/v1beta/models,/prefix/v1beta/models",
    "/prefix/v1beta,/v1beta/models,/prefix/v1beta/models",
    "/prefix/v1beta/openai,/v1beta/openai/models,/prefix/v1beta/openai/models",
    "/prefixv1beta,/v1beta/models,/prefixv1beta/v1beta/models",
  })
  void joinsWithoutDoublingOrDroppingAndBack(String base, String uri, String joined) {
    TargetConfig target = new TargetConfig(true, "h", 443, base, UpstreamProtocol.AUTO, null);
    assertEquals(joined, TargetPath.join(target, uri));
    assertEquals(uri, TargetPath.strip(target, joined));
  }
}
