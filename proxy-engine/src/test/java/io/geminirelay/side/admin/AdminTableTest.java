package io.geminirelay.side.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdminTableTest {
  private final AdminTable table =
      new AdminTable(
          List.of(
              operation("GET", "/a/{id}"),
              operation("DELETE", "/a/{id}"),
              operation("POST", "/a/{id}/do"),
              operation("POST", "/a/all/do")));

  private static AdminOperation operation(String method, String template) {
    return AdminOperation.write(method, template, request -> AdminAnswer.empty());
  }

  @ParameterizedTest
  @CsvSource({
    "/a/x,x",
    "/a/a%20b+c,a b+c",
    "/a/%2F,/",
    "/a/%C3%A4,\u00e4",
    "/a/%7Bid%7D,{id}",
    "/a/..,.."
  })
  void aNameTakesOneSegmentDecoded(String path, String id) {
    AdminTable.Match match = table.match("GET", path);
    assertNotNull(match);
    assertEquals(Map.of("id", id), match.values());
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/a", "/a/", "//x", "/a/x/", "/a/x/do/", "/A/x", "a/x", ""})
  void otherPathsAreNone(String path) {
    assertNull(table.match("GET", path));
  }

  @Test
  void anotherMethodIsToldWhatThePathTakes() {
    AdminTable.Match match = table.match("PATCH", "/a/x");
    assertNotNull(match);
    assertNull(match.operation());
    assertEquals("DELETE, GET, HEAD", match.allowed());
  }

  @Test
  void whoAsksForTheHeadAsksForTheSame() {
    AdminTable.Match match = table.match("HEAD", "/a/x");
    assertNotNull(match);
    assertNotNull(match.operation());
    assertEquals("GET", match.operation().method());
  }

  @Test
  void aPathWithoutNamesWins() {
    AdminTable.Match match = table.match("POST", "/a/all/do");
    assertNotNull(match);
    assertNotNull(match.operation());
    assertEquals("/a/all/do", match.operation().template());
  }
}
