package io.geminirelay.base.config.edit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.edit.ConfigEdit.AddClient;
import io.geminirelay.base.config.edit.ConfigEdit.DisableKey;
import io.geminirelay.base.config.edit.ConfigEdit.EnableKey;
import io.geminirelay.base.config.edit.ConfigEdit.RemoveClient;
import io.geminirelay.base.config.edit.ConfigEdit.RemoveKey;
import io.geminirelay.base.config.edit.ConfigEdit.Set;
import io.geminirelay.base.config.edit.ConfigEdit.Unset;
import io.geminirelay.base.config.edit.EditException.Kind;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What cannot be changed in a YAML text is refused, and told apart. */
class YamlEditorRefusalsTest extends YamlEdits {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "groups: [{name: a, api_keys: &k [k1]}]\nx: *k\n",
        "x: &k [k1]\ngroups: [{name: a, api_keys: *k}]\n",
        "x: &g {api_keys: [k1]}\ngroups:\n  - <<: *g\n    name: a\n",
        "x: &g {name: a, api_keys: [k1]}\ngroups: [*g]\n",
        "groups:\n  - name: a\n    name: b\n    api_keys: [k1]\n",
        "groups: {name: a}\nx: [\n",
      })
  void whatIsSharedOrBrokenIsRefused(String text) {
    EditException refused = assertThrows(EditException.class, () -> edit(text, add("a", "k9")));
    assertTrue(refused.kind() == Kind.REFUSED || refused.kind() == Kind.UNKNOWN, refused::toString);
    assertFalse(refused.getMessage().contains("k9"));
  }

  @Test
  void aValueThatIsUsedElsewhereIsNotTakenOut() {
    String text =
        "groups: [{name: a, api_keys: [{key: k1, project: &p x}, {key: k2, project: *p}]}]\n";
    assertEquals(Kind.REFUSED, refusal(text, new RemoveKey(print("k1"))));
  }

  @Test
  void whatDoesNotFitIsToldApart() throws Exception {
    String text = "groups: [{name: a, api_keys: [k]}]\nclients: [{name: c, token: t}]\n";
    assertEquals(Kind.KNOWN, refusal(text, add("a", "k")));
    assertEquals(Kind.KNOWN, refusal(text, add("a", "n", "n")));
    assertEquals(Kind.KNOWN, refusal(text, new AddClient(client("c"))));
    assertEquals(Kind.UNKNOWN, refusal(text, add("b", "l")));
    assertEquals(Kind.UNKNOWN, refusal(text, new RemoveKey("0123456789")));
    assertEquals(Kind.UNKNOWN, refusal(text, new DisableKey("0123456789")));
    assertEquals(Kind.UNKNOWN, refusal(text, new EnableKey("0123456789")));
    assertEquals(Kind.UNKNOWN, refusal(text, new RemoveClient("d")));
    assertEquals(Kind.UNKNOWN, refusal(text, new Unset("server.port")));
    assertEquals(Kind.UNKNOWN, refusal(text, new Unset("")));
    assertEquals(text, edit(text, new EnableKey(print("k"))), "already so");
    assertTrue(edit(text, new DisableKey(print("key-env"))).contains(print("key-env")));
  }

  @Test
  void aKeyOfTheEnvironmentIsRemovedThere() {
    EditException refused =
        assertThrows(
            EditException.class,
            () -> edit("groups: [{name: a, api_keys: [k]}]\n", new RemoveKey(print("key-env"))));
    assertEquals(Kind.REFUSED, refused.kind());
    assertTrue(refused.getMessage().contains("GEMINI_API_KEY"), refused.getMessage());
    assertFalse(refused.getMessage().contains("key-env"), refused.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "server.admin_token",
        "server.admin_token_env",
        "redis_url",
        "generate.password",
        "generate.password_file",
        "clients.c.token",
        "clients.c.token_sha256",
        "groups.a.proxy_url",
        "groups.a.proxy_urls",
        "groups.a.api_keys",
        "groups",
        "clients",
        "server",
      })
  void secretsAreNotSet(String path) {
    String text =
        "server: {admin_token: t}\ngroups: [{name: a, api_keys: [k]}]\n"
            + "clients: [{name: c, token: t}]\n";
    assertEquals(Kind.REFUSED, refusal(text, new Set(path, Map.of())));
    assertEquals(
        Kind.REFUSED, refusal("{}", new Set("x", Map.of("y", List.of(Map.of("key", "k"))))));
    assertEquals(Kind.REFUSED, refusal(text, new Unset("server")));
  }

  private Kind refusal(String text, ConfigEdit edit) {
    return assertThrows(EditException.class, () -> edit(text, edit)).kind();
  }
}
