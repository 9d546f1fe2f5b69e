package io.geminirelay.base.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.GroupConfig.KeyConfig;
import io.geminirelay.base.config.GroupConfig.QuotaLimits;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LimitSettingsTest {
  private static final String TIERS = "tiers: {free: {flash: {rpm: 10, rpd: 250}}, paid: {}}\n";

  @TempDir Path folder;

  private EngineConfig load(String text) throws Exception {
    return ConfigTexts.load(folder, text, Map.of());
  }

  private List<Problem> problems(String text) {
    return ConfigTexts.problems(folder, text, Map.of());
  }

  @Test
  void keysKnowTheirTierAndThatOfTheirGroup() throws Exception {
    String text =
        TIERS
            + "groups: [{name: a, tier: free, limits: {pro: {tpm: 9}},"
            + " api_keys: [k, {key: l, tier: paid}]}, {name: b, api_keys: [m]}]";
    EngineConfig config = load(text);
    GroupConfig group = config.groups().get(0);
    KeyConfig plain = group.keys().get(0);
    assertNull(plain.tier());
    assertNotNull(plain.groupTier());
    assertEquals(Map.of("flash", new QuotaLimits(10, 0, 250)), plain.groupTier().limits());
    assertEquals(Map.of("pro", new QuotaLimits(0, 9, 0)), group.limits());
    KeyConfig own = group.keys().get(1);
    assertNotNull(own.tier());
    assertEquals("paid", own.tier().name());
    assertEquals(plain.groupTier(), own.groupTier());
    KeyConfig other = config.groups().get(1).keys().get(0);
    assertNull(other.tier());
    assertNull(other.groupTier());
    assertTrue(ConfigText.of(config).contains("rpd: 250"), ConfigText.of(config));
  }

  @Test
  void limitsHaveAnEffect() throws Exception {
    ConfigSource source = new ConfigSource(null, folder, Map.of("GEMINI_API_KEY", "k"));
    assertEquals(List.of(), ConfigLoader.load(source).warnings());
    java.nio.file.Files.writeString(
        folder.resolve("config.yaml"),
        TIERS + "groups: [{name: a, tier: free, api_keys: [k], limits: {m: {rpm: 1}}}]");
    assertEquals(List.of(), ConfigLoader.load(new ConfigSource(null, folder, Map.of())).warnings());
  }

  @Test
  void anUnknownTierIsRefusedWithTheNearest() {
    List<Problem> all =
        problems(TIERS + "groups: [{name: a, tier: fre, api_keys: [k, {key: l, tier: piad}]}]");
    assertEquals(2, all.size(), all::toString);
    assertEquals("groups[0].tier", all.get(0).path());
    assertEquals("free", all.get(0).nearest());
    assertEquals("one of free, paid", all.get(0).expected());
    assertEquals("paid", all.get(1).nearest());
    List<Problem> none = problems("groups: [{name: a, tier: free, api_keys: [k]}]");
    assertTrue(none.get(0).expected().contains("of which there are none"), none::toString);
  }

  @Test
  void mistakesInATableAreRefused() {
    List<Problem> all = problems(ConfigTexts.KEY + "tiers: {free: {flash: {rpm: -1, rpdd: 1}}}");
    assertEquals(2, all.size(), all::toString);
    assertEquals("tiers.free.flash.rpm", all.get(0).path());
    assertEquals("rpd", all.get(1).nearest());
  }
}
