package io.geminirelay.flow.classify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.geminirelay.base.exchange.Route;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.netty.handler.codec.http.HttpMethod;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RouteTableTest {

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "POST,/v1beta/models/g-1:generateContent,NATIVE,=,g-1,true",
        "POST,/v1beta/models/g-1:streamGenerateContent?alt=sse,NATIVE,=,g-1,true",
        "POST,/v1beta/models/g-1:generateContent/,NATIVE,=,g-1,true",
        "POST,/v1beta/models/g-1:streamGenerateContent/?alt=sse,NATIVE,=,g-1,true",
        "POST,/v1/models/g-1:generateContent/,NATIVE,=,g-1,true",
        "POST,/v1/models/g-1%3AgenerateContent%2F,NATIVE,=,g-1,true",
        "POST,/v1beta/tunedModels/t-1:generateContent/,NATIVE,=,tunedModels/t-1,true",
        "POST,/v1beta/dynamic/d-1:generateContent/,NATIVE,=,dynamic/d-1,true",
        "GET,/v1beta/models/g-1/,NATIVE,=,g-1,false",
        "POST,/v1beta/openai/chat/completions/,OPENAI,=,'',true",
        "POST,/v1/chat/completions/?a,OPENAI,/v1beta/openai/chat/completions/?a,'',true",
        "POST,/chat/completions/,OPENAI,/v1beta/openai/chat/completions/,'',true",
        "POST,/v1/chat/completions/x,OPENAI,/v1beta/openai/chat/completions/x,'',false",
        "GET,/v1beta/models/g-1:generateContent,NATIVE,=,g-1,false",
        "POST,/v1beta/models/g-1:countTokens,NATIVE,=,g-1,false",
        "POST,/v1alpha/models/g-1:generateContent,NATIVE,=,g-1,true",
        "POST,/v1/models/g-1:generateContent,NATIVE,=,g-1,true",
        "POST,/v1/models/g-1%3AgenerateContent,NATIVE,=,g-1,true",
        "POST,/v1/tunedModels/t-1:generateContent,NATIVE,=,tunedModels/t-1,true",
        "POST,/v1beta/dynamic/d-1:generateContent,NATIVE,=,dynamic/d-1,true",
        "POST,/v1beta/models/models/g-1:generateContent,NATIVE,=,g-1,true",
        "POST,/v1beta/models/models%2Fg-1:generateContent,NATIVE,=,g-1,true",
        "POST,/v1beta/models/gemini/g-1:generateContent,NATIVE,=,gemini/g-1,true",
        "POST,/v1beta/%6dodels/g%2D1:generateContent,NATIVE,=,g-1,true",
        "GET,/v1beta/models/veo/operations/abc,NATIVE,=,veo,false",
        "GET,/v1beta/models,NATIVE,=,'',false",
        "GET,/v1beta/files/a:download?alt=media,NATIVE,=,'',false",
        "POST,/v1beta/openai/chat/completions,OPENAI,=,'',true",
        "POST,/v1beta/%6fpenai/chat/completions,OPENAI,=,'',true",
        "POST,/v1beta/openaix/chat,NATIVE,=,'',false",
        "POST,/v1/chat/completions,OPENAI,/v1beta/openai/chat/completions,'',true",
        "GET,/v1/chat/completions,OPENAI,/v1beta/openai/chat/completions,'',false",
        "POST,/v1/embeddings,OPENAI,/v1beta/openai/embeddings,'',false",
        "GET,/v1/models,OPENAI,/v1beta/openai/models,'',false",
        "GET,/v1/models/g-1,OPENAI,/v1beta/openai/models/g-1,g-1,false",
        "GET,/v1/models/models/g-1,OPENAI,/v1beta/openai/models/models/g-1,g-1,false",
        "GET,/v1/models/models%2Fg-1,OPENAI,/v1beta/openai/models/models%2Fg-1,g-1,false",
        "POST,/v1/images/generations?a=1,OPENAI,/v1beta/openai/images/generations?a=1,'',false",
        "GET,/admin/api/requests?key=g&q=a,ADMIN,=,'',false",
        "POST,/generate?password=a%20b&mode=delta,GENERATE,/generate?mode=delta,'',false",
        "POST,/chat/completions,OPENAI,/v1beta/openai/chat/completions,'',true",
        "POST,/embeddings,OPENAI,/v1beta/openai/embeddings,'',false",
        "GET,/models,OPENAI,/v1beta/openai/models,'',false",
        "GET,/models/g-1,OPENAI,/v1beta/openai/models/g-1,g-1,false",
        "POST,/upload/v1beta/files?upload_id=1,UPLOAD,=,'',false",
        "GET,/download/v1beta/files/a:download?alt=media,DOWNLOAD,=,'',false",
        "GET,/health,HEALTH,=,'',false",
        "HEAD,/health,HEALTH,=,'',false",
        "GET,/health/detailed,HEALTH_DETAILED,=,'',false",
        "GET,http://gw:80/v1beta/models?x=1,NATIVE,/v1beta/models?x=1,'',false",
      })
  void knowsEveryPathOfTheTable(
      String method, String target, Route route, String uri, String model, boolean generating) {
    RouteMatch match = RouteTable.match(HttpMethod.valueOf(method), target);
    String expected = uri.equals("=") ? target : uri;
    assertEquals(new RouteMatch(route, expected, model, generating, null), match);
  }

  @ParameterizedTest
  @CsvSource({
    "?key=a,''",
    "?key,''",
    "?a=1&key=s,?a=1",
    "?key=s&a=1,?a=1",
    "?a=1&key=s&b=%20+2,?a=1&b=%20+2",
    "?%6bey=s&a,?a",
    "?k%65y=s&password=p&access%5Ftoken=t&z=,?z=",
    "?keys=1&monkey=2,?keys=1&monkey=2",
    "?a=1&Key=3&KEY=4,?a=1",
    "?a&&b,?a&&b",
    "?,?",
    "?q=key=s,?q=key=s",
  })
  void cutsCredentialsFromTheQueryAndNothingElse(String query, String kept) {
    RouteMatch match = RouteTable.match(HttpMethod.GET, "/v1beta/models" + query);
    assertNull(match.fault());
    assertEquals("/v1beta/models" + kept, match.uri());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/health/../v1beta/models",
        "/health/%2e%2e/v1beta/models",
        "/health/.%2E/v1beta/models",
        "/v1beta/./models",
        "/v1beta/..",
        "/v1beta/..;x/models",
        "/v1beta/models/a%2f..%2fb:generateContent",
        "/v1beta//models",
        "//v1beta/models",
        "/v1beta/models/a%2f%2fb",
        "/v1beta%2fmodels/x",
        "/v1/chat%2Fcompletions",
        "/v1beta\\models",
        "/v1beta/models/a%5cb",
        "/v1beta/models/a%00",
        "/v1beta/models/a%0d%0ab",
        "/v1beta/models/a%252e",
        "/v1beta/models/a%2",
        "/v1beta/models/a%zz",
        "/v1beta/models/a b",
        "/v1beta/models/a#b",
        "/v1beta/models?a=\r\n",
        "/v1beta/models/\u00e9",
        "*",
        "v1beta/models",
        "",
      })
  void refusesTargetsThatCouldBeReadInTwoWays(String target) {
    assertRefused(FaultKind.BAD_REQUEST, RouteTable.match(HttpMethod.GET, target));
  }

  @ParameterizedTest
  @CsvSource({
    "/,UNKNOWN",
    "/v2/models,UNKNOWN",
    "/v1betax/models,UNKNOWN",
    "/%76%31beta/models,UNKNOWN",
    "/models/g-1:generateContent,UNKNOWN",
    "/health/,UNKNOWN",
    "/healthz,UNKNOWN",
    "/v1,OPENAI",
    "/v1/,OPENAI",
    "/chat,OPENAI",
    "/completions,OPENAI",
  })
  void refusesUnknownPathsInTheNearestDialect(String target, Route nearest) {
    RouteMatch match = RouteTable.match(HttpMethod.POST, target + "?key=secret");
    assertRefused(FaultKind.NOT_FOUND, match);
    assertEquals(nearest, match.route());
    assertEquals(target, match.uri());
  }

  @ParameterizedTest
  @CsvSource({"POST,/health", "DELETE,/health/detailed", "TRACE,/v1beta/models", "BREW,/v1/models"})
  void refusesMethodsThatARouteDoesNotTake(String method, String target) {
    RouteMatch match = RouteTable.match(HttpMethod.valueOf(method), target);
    assertRefused(FaultKind.METHOD_NOT_ALLOWED, match);
  }

  private static void assertRefused(FaultKind kind, RouteMatch match) {
    @Nullable Fault fault = match.fault();
    assertNotNull(fault, match.toString());
    assertEquals(kind, fault.kind());
  }
}
