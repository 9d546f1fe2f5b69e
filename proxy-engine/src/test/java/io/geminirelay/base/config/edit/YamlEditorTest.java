package io.geminirelay.base.config.edit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.geminirelay.base.config.Secret;
import io.geminirelay.base.config.edit.ConfigEdit.AddClient;
import io.geminirelay.base.config.edit.ConfigEdit.AddKeys;
import io.geminirelay.base.config.edit.ConfigEdit.DisableKey;
import io.geminirelay.base.config.edit.ConfigEdit.EnableKey;
import io.geminirelay.base.config.edit.ConfigEdit.NewKey;
import io.geminirelay.base.config.edit.ConfigEdit.RemoveClient;
import io.geminirelay.base.config.edit.ConfigEdit.RemoveKey;
import io.geminirelay.base.config.edit.ConfigEdit.Set;
import io.geminirelay.base.config.edit.ConfigEdit.Unset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class YamlEditorTest extends YamlEdits {
  private static final String HEX = "0".repeat(64);

  private record Case(String name, String before, ConfigEdit edit, String after) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final String BLOCK =
      """
      # head
      groups:
        - name: a   # first
          # the keys
          api_keys:
            - k1 # one
            # about two
            - {key: k2, weight: 3}   # two
            - key_env: TEAM_KEY # three
              project: p
          # after the keys

      max_wait_secs: 20 # wait
      # tail
      """;

  static List<Case> cases() {
    List<Case> all = new ArrayList<>();
    all.add(
        new Case(
            "a key is added behind the last of a block, above its comments",
            BLOCK,
            add("a", "k4", "k5"),
            BLOCK.replace("project: p\n", "project: p\n      - k4\n      - k5\n")));
    all.add(
        new Case(
            "a key with settings",
            BLOCK,
            new AddKeys("a", List.of(new NewKey(Secret.of("k4"), "p q", 7))),
            BLOCK.replace(
                "project: p\n", "project: p\n      - {key: k4, project: \"p q\", weight: 7}\n")));
    all.add(
        new Case(
            "a plain key goes with its comment",
            BLOCK,
            new RemoveKey(print("k1")),
            BLOCK.replace("      - k1 # one\n", "")));
    all.add(
        new Case(
            "a comment above stays",
            BLOCK,
            new RemoveKey(print("k2")),
            BLOCK.replace("      - {key: k2, weight: 3}   # two\n", "")));
    all.add(
        new Case(
            "a key of a variable goes with all its lines",
            BLOCK,
            new RemoveKey(print("key-of-team")),
            BLOCK.replace("      - key_env: TEAM_KEY # three\n        project: p\n", "")));
    all.add(
        new Case(
            "several keys at once, the last too",
            BLOCK,
            new RemoveKey(List.of(print("k1"), print("k2"), print("key-of-team"))),
            BLOCK
                .replace("    api_keys:\n", "    api_keys: []\n")
                .replace("      - k1 # one\n", "")
                .replace("      - {key: k2, weight: 3}   # two\n", "")
                .replace("      - key_env: TEAM_KEY # three\n        project: p\n", "")));
    all.add(
        new Case(
            "a value keeps its comment",
            BLOCK,
            new Set("max_wait_secs", 5),
            BLOCK.replace("20 # wait", "5 # wait")));
    all.add(
        new Case(
            "missing parents come at the end",
            BLOCK,
            new Set("upstream.pool.max_idle", 9),
            BLOCK.replace("# wait\n", "# wait\nupstream:\n  pool:\n    max_idle: 9\n")));
    all.add(
        new Case(
            "a setting of a group by its name",
            BLOCK,
            new Set("groups.a.top_p", 0.5),
            BLOCK.replace("project: p\n", "project: p\n    top_p: 0.5\n")));
    all.add(
        new Case(
            "a disabled key",
            BLOCK,
            new DisableKey(print("k1")),
            BLOCK.replace("# wait\n", "# wait\ndisabled_keys:\n  - " + shown(print("k1")) + "\n")));
    all.add(
        new Case(
            "a client",
            BLOCK,
            new AddClient(client("c d")),
            BLOCK.replace(
                "# wait\n",
                "# wait\nclients:\n  - name: \"c d\"\n    token_sha256: \""
                    + HEX
                    + "\"\n    requests_per_minute: 5\n    models:\n      - \"gemini-*\"\n")));
    all.add(
        new Case(
            "unset takes the line",
            BLOCK,
            new Unset("max_wait_secs"),
            BLOCK.replace("max_wait_secs: 20 # wait\n", "")));
    flows(all);
    odd(all);
    return all;
  }

  private static String shown(String fingerprint) {
    return YamlWriter.name(fingerprint);
  }

  private static void flows(List<Case> all) {
    String flow = "groups: [{name: a, api_keys: [k1, {key: k2}, 'k3' ]}] # x\n";
    all.add(new Case("flow add", flow, add("a", "k4"), flow.replace("'k3' ]", "'k3', k4 ]")));
    all.add(new Case("flow first", flow, new RemoveKey(print("k1")), flow.replace("k1, ", "")));
    all.add(
        new Case("flow mid", flow, new RemoveKey(print("k2")), flow.replace("{key: k2}, ", "")));
    all.add(new Case("flow last", flow, new RemoveKey(print("k3")), flow.replace(", 'k3'", "")));
    all.add(
        new Case(
            "flow all",
            flow,
            new RemoveKey(List.of(print("k1"), print("k2"), print("k3"))),
            "groups: [{name: a, api_keys: []}] # x\n"));
    all.add(
        new Case(
            "flow of a name",
            "server: {port: 1, host: x}\n",
            new Unset("server.host"),
            "server: {port: 1}\n"));
    all.add(
        new Case(
            "flow set", "a: 1\nu: {b: 1}\n", new Set("u.b", "x y"), "a: 1\nu: {b: \"x y\"}\n"));
    all.add(new Case("flow new", "u: {b: 1}\n", new Set("u.c.d", 2), "u: {b: 1, c: {d: 2}}\n"));
    String lines =
        "groups: [{name: a, api_keys: [\n  k1, # one\n  # about two\n  k2 # two\n  ]}]\n";
    all.add(
        new Case(
            "flow by lines add",
            lines,
            add("a", "k3", "k4"),
            lines.replace("k2 # two\n", "k2, # two\n  k3,\n  k4\n")));
    all.add(
        new Case(
            "flow by lines last",
            lines,
            new RemoveKey(print("k2")),
            lines.replace("k1, ", "k1 ").replace("  k2 # two\n", "")));
    all.add(
        new Case(
            "flow by lines first",
            lines,
            new RemoveKey(print("k1")),
            lines.replace("  k1, # one\n", "")));
  }

  private static void odd(List<Case> all) {
    all.add(
        new Case(
            "items that stay",
            "a:\n  - x # why x\n  # of y\n  - y # why y\n  - z # why z\n",
            new Set("a", List.of("x", "z", "new")),
            "a:\n  - x # why x\n  # of y\n  - z # why z\n  - new\n"));
    all.add(
        new Case(
            "items in another order",
            "a: [x, y] # both\n",
            new Set("a", List.of("y", "x")),
            "a: [y, x] # both\n"));
    all.add(
        new Case("empty", "", add("a", "k"), "groups:\n  - name: a\n    api_keys:\n      - k\n"));
    all.add(new Case("comment alone", "# x", new Set("top_p", 1), "# x\ntop_p: 1\n"));
    all.add(new Case("mark of a document", "---\n", new Set("top_p", 1), "---\ntop_p: 1\n"));
    all.add(new Case("no line end", "a: 1", new Set("top_p", 1), "a: 1\ntop_p: 1"));
    all.add(new Case("line ends", "a: 1\r\nb: 2\r\n", new Set("c", 1), "a: 1\r\nb: 2\r\nc: 1\r\n"));
    all.add(new Case("mixed line ends", "a: 1\r\nb: 2\n", new Set("c", 1), "a: 1\r\nb: 2\nc: 1\n"));
    all.add(new Case("the other way", "a: 1\nb: 2\r\n", new Set("c", 1), "a: 1\nb: 2\r\nc: 1\r\n"));
    all.add(new Case("no end at all", "a: 1\r\nb: 2", new Set("c", 1), "a: 1\r\nb: 2\r\nc: 1"));
    all.add(new Case("line ends out", "a: 1\r\nb: 2\r\n", new Unset("a"), "b: 2\r\n"));
    all.add(new Case("byte order mark", "\ufeffa: 1\nb: 2\n", new Unset("a"), "\ufeffb: 2\n"));
    all.add(
        new Case(
            "code points",
            "# \ud83d\ude00\ud83d\ude00\na: \"\ud83d\ude00\" # \ud83d\ude00\nb: 2 # c\n",
            new Set("b", 3),
            "# \ud83d\ude00\ud83d\ude00\na: \"\ud83d\ude00\" # \ud83d\ude00\nb: 3 # c\n"));
    String less = "groups:\n- name: a\n  api_keys:\n  - k1\n  - k2\nb: 1\n";
    all.add(new Case("no indent", less, add("a", "k3"), less.replace("- k2\n", "- k2\n  - k3\n")));
    all.add(
        new Case(
            "empty list becomes lines",
            "groups:\n- name: a\n  api_keys: [] # none\n",
            add("a", "k1"),
            "groups:\n- name: a\n  api_keys: # none\n    - k1\n"));
    all.add(
        new Case(
            "no value",
            "groups:\n- name: a\n  api_keys: # none\n  top_p: 1\n",
            add("a", "k1"),
            "groups:\n- name: a\n  api_keys: # none\n    - k1\n  top_p: 1\n"));
    all.add(new Case("no value set", "a:   # x\nb: 1\n", new Set("a", 1), "a: 1   # x\nb: 1\n"));
    all.add(
        new Case(
            "dots in names",
            "tiers: {free: {gemini-2.5-pro: {rpm: 1}}}\n",
            new Set("tiers.free.gemini-2.5-pro.rpm", 2),
            "tiers: {free: {gemini-2.5-pro: {rpm: 2}}}\n"));
    all.add(
        new Case(
            "dots in new names",
            "tiers: {}\n",
            new Set("tiers.free.\"m.5\".rpm", 2),
            "tiers: {free: {m.5: {rpm: 2}}}\n"));
    all.add(
        new Case(
            "list for a block",
            "server:\n  trusted_proxies:\n    - a # x\n    - b\n  port: 1\n",
            new Set("server.trusted_proxies", List.of("10.0.0.0/8")),
            "server:\n  trusted_proxies: [10.0.0.0/8]\n  port: 1\n"));
    all.add(new Case("only name", "u:\n  b: 1 # x\nc: 1\n", new Unset("u.b"), "u: {}\nc: 1\n"));
    all.add(
        new Case(
            "enabled again",
            "groups: [{name: a, api_keys: [k]}]\ndisabled_keys:\n  - '" + print("k") + "' # x\n",
            new EnableKey(print("k")),
            "groups: [{name: a, api_keys: [k]}]\ndisabled_keys: []\n"));
    all.add(
        new Case(
            "removed while disabled",
            "disabled_keys: ['" + print("k") + "']\ngroups: [{name: a, api_keys: [k, l]}]\n",
            new RemoveKey(print("k")),
            "disabled_keys: []\ngroups: [{name: a, api_keys: [l]}]\n"));
    all.add(
        new Case(
            "client out",
            "clients:\n  # c\n  - name: c\n    token: t\n\n  - {name: d, token: u}\n",
            new RemoveClient("c"),
            "clients:\n  # c\n\n  - {name: d, token: u}\n"));
    all.add(
        new Case(
            "an alias beside",
            "x: &l {m: {rpm: 1}}\ngroups:\n  - name: a\n    api_keys: [k]\n    limits: *l # same\n",
            new Set("groups.a.top_p", 1),
            "x: &l {m: {rpm: 1}}\ngroups:\n  - name: a\n    api_keys: [k]\n    limits: *l # same\n"
                + "    top_p: 1\n"));
    all.add(new Case("block text", "a: |\n  x\n  y\nb: 1\n", new Set("a", 1), "a: 1\nb: 1\n"));
    all.add(new Case("after block text", "a: |\n  x\n", new Set("b", 1), "a: |\n  x\nb: 1\n"));
    all.add(new Case("same value", "a: 0x10\nb: 'x'\n", new Set("b", "x"), "a: 0x10\nb: 'x'\n"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void changesOnlyWhatIsMeant(Case one) throws Exception {
    assertEquals(one.after(), edit(one.before(), one.edit()));
  }
}
