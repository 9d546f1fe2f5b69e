package io.geminirelay.base.config.edit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.edit.ConfigEdit.AddClient;
import io.geminirelay.base.config.edit.ConfigEdit.DisableKey;
import io.geminirelay.base.config.edit.ConfigEdit.RemoveClient;
import io.geminirelay.base.config.edit.ConfigEdit.RemoveKey;
import io.geminirelay.base.config.edit.ConfigEdit.Set;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever the layout of a YAML text, a change touches no other line. */
class YamlEditorLayoutsTest extends YamlEdits {
  /** Each line that is no item that went has to be there still, in order. */
  @Test
  void randomEditsInRandomLayoutsTouchNoOtherLine() throws Exception {
    for (int seed = 0; seed < 100; seed++) {
      Random random = new Random(seed);
      List<String> keys = new ArrayList<>();
      String text = layout(random, keys);
      for (int i = 0; i < 6; i++) {
        String before = text;
        if (random.nextBoolean()) {
          String key = "new" + i;
          text = edit(text, add("a", key));
          keys.add(key);
          assertEquals(
              before, withoutItem(edit(text, new RemoveKey(print(key))), before), "seed " + seed);
        } else if (keys.size() > 1) {
          String key = keys.remove(random.nextInt(keys.size()));
          text = edit(text, new RemoveKey(print(key)));
          assertTrue(!text.contains(key + " ") && !text.contains(key + "\n"), "seed " + seed);
        }
        int wait = random.nextInt(1000);
        text = edit(text, new Set("max_wait_secs", wait));
        for (String line : before.split("\n")) {
          String comment = line.contains("#c") ? line.substring(line.indexOf("#c")).strip() : "";
          assertTrue(text.contains(comment), "seed " + seed + ": " + comment);
        }
        assertEquals(List.copyOf(keys), keysOf(text), "seed " + seed + "\n" + text);
      }
    }
  }

  /** What adding and removing leaves; a list in lines may have been an empty or flow one. */
  private static String withoutItem(String text, String before) {
    return text.contains("[]") ? before : text;
  }

  private static List<String> keysOf(String text) throws EditException {
    Map<?, ?> root = (Map<?, ?>) YamlDoc.of(text).data();
    List<String> keys = new ArrayList<>();
    for (Object item : (List<?>) EditSteps.at(root, List.of("groups", 0, "api_keys"))) {
      Object key = item instanceof Map<?, ?> map ? map.get("key") : item;
      keys.add(((Leaf) key).text());
    }
    return keys;
  }

  private static String layout(Random random, List<String> keys) {
    String eol = random.nextBoolean() ? "\n" : "\r\n";
    String deep = " ".repeat(random.nextInt(3));
    String deeper = deep + "  " + " ".repeat(random.nextInt(3));
    StringBuilder out = new StringBuilder("#c-top \ud83d\ude00" + eol);
    boolean first = random.nextBoolean();
    out.append(first ? "max_wait_secs: 3 #c-wait" + eol : "");
    out.append("groups: #c-groups").append(eol).append(deep).append("- name: 'a'").append(eol);
    out.append(deep).append("  api_keys:");
    boolean flow = random.nextInt(3) == 0;
    out.append(flow ? " [" : " #c-keys" + eol);
    int count = 1 + random.nextInt(5);
    for (int i = 0; i < count; i++) {
      String key = "old" + i;
      keys.add(key);
      String item =
          switch (random.nextInt(3)) {
            case 0 -> key;
            case 1 -> "{key: " + key + ", weight: 2}";
            default -> "\"" + key + "\"";
          };
      if (flow) {
        out.append(i == 0 ? "" : random.nextBoolean() ? ", " : "," + eol + deeper + "    ");
        out.append(item);
      } else {
        out.append(random.nextInt(3) == 0 ? deeper + "#c-above" + i + eol : "");
        out.append(deeper).append("- ").append(item).append(eol);
        out.append(random.nextInt(4) == 0 ? eol : "");
      }
    }
    out.append(flow ? "] #c-flow" + eol : "");
    out.append(deep).append("  top_p: 0.5 #c-top_p").append(eol);
    out.append(first ? "" : "max_wait_secs: 3 #c-wait" + eol);
    return out.append("#c-end").append(random.nextBoolean() ? eol : "").toString();
  }

  @Test
  void theFilesThatAreShippedCanBeChanged() throws Exception {
    for (String name : List.of("proxy.yaml", "minimal.yaml")) {
      String text = Files.readString(Path.of("../config", name));
      String more = edit(text, add("default", "k8", "k9"));
      assertEquals(text, edit(more, new RemoveKey(List.of(print("k8"), print("k9")))), name);
      String disabled = edit(more, new DisableKey(print("k8")));
      assertTrue(disabled.contains(print("k8")), name);
      String set = edit(text, new Set("max_wait_secs", 7));
      assertTrue(set.contains("max_wait_secs: 7"), name);
      String client = edit(text, new AddClient(client("c")));
      assertTrue(edit(client, new RemoveClient("c")).startsWith(text.stripTrailing()), name);
    }
  }
}
