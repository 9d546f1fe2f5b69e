package io.geminirelay.base.config;

import io.geminirelay.base.config.GroupConfig.KeyConfig;
import io.geminirelay.base.config.GroupConfig.Tier;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads the list {@code groups}, and adds the group {@code env} of the environment's keys. */
final class GroupSection {
  private static final String ENV_GROUP = "env";
  private static final String MODELS = "models/";

  private final Reading reading;
  private final SecretSource secrets;
  private final QuotaSection quotas;
  private final Map<Secret, Place> known = new HashMap<>();
  private final Map<String, Place> names = new HashMap<>();

  GroupSection(Reading reading, QuotaSection quotas) {
    this.reading = reading;
    this.quotas = quotas;
    this.secrets = new SecretSource(reading);
  }

  /** Names of the HTTP versions as they are written in the file. */
  static Map<String, UpstreamProtocol> protocols() {
    Map<String, UpstreamProtocol> all = new LinkedHashMap<>();
    all.put("auto", UpstreamProtocol.AUTO);
    all.put("1.1", UpstreamProtocol.HTTP_1_1);
    all.put("2", UpstreamProtocol.HTTP_2);
    return all;
  }

  /** Names of all groups, those without keys included. */
  Set<String> names() {
    return Set.copyOf(names.keySet());
  }

  /** Where each key is given, by fingerprint. */
  Map<String, Place> keyPlaces() {
    Map<String, Place> places = new HashMap<>();
    known.forEach((key, place) -> places.put(key.fingerprint(), place));
    return places;
  }

  List<GroupConfig> read(ConfigTree root) {
    List<GroupConfig> groups = new ArrayList<>();
    for (ConfigTree tree : root.sections("groups")) {
      GroupConfig group = readOne(tree);
      if (group != null) {
        groups.add(group);
      }
    }
    addFromEnvironment(groups);
    if (groups.stream().allMatch(group -> group.keys().isEmpty()) && known.isEmpty()) {
      String expected =
          "at least one API key: groups[].api_keys in the file, the variable GEMINI_API_KEY_LIST or"
              + " GEMINI_API_KEY, or a credential named gemini-api-keys in $CREDENTIALS_DIRECTORY";
      reading.problems().add(root.placeOf("groups"), "no API key", expected);
    }
    return groups.stream().filter(group -> !group.keys().isEmpty()).toList();
  }

  private @Nullable GroupConfig readOne(ConfigTree tree) {
    Typed typed = new Typed(tree);
    Scalar name = typed.text("name");
    Scalar target = typed.optionalText("target_url");
    UpstreamProtocol protocol =
        typed.choice("http_version", protocols(), TargetConfig.STANDARD.protocol());
    Path caFile = ServerSection.readable(tree, "ca_file");
    List<KeyConfig> keys = keys(tree, name);
    GroupConfig group =
        new GroupConfig(
            name == null ? "?" : name.text(),
            target == null
                ? standardTarget(protocol, caFile)
                : Urls.target(reading.problems(), target, protocol, caFile),
            egresses(tree),
            aliases(tree, typed),
            keys,
            typed.share("top_p"),
            QuotaSection.limits(tree));
    tree.done();
    if (name == null) {
      if (!tree.has("name")) {
        reading.problems().add(tree.placeOf("name"), "nothing", "a name for the group");
      }
      return null;
    }
    if (names.putIfAbsent(name.text(), name.place()) != null) {
      String found = "a second group " + Shown.plain(name.text());
      reading.problems().add(name.place(), found, "each group name once");
    }
    if (keys.isEmpty()) {
      String expected = "at least one; the group is left out";
      reading.problems().warn(tree.placeOf("api_keys"), "no keys", expected);
    }
    return group;
  }

  private static TargetConfig standardTarget(UpstreamProtocol protocol, @Nullable Path caFile) {
    TargetConfig standard = TargetConfig.STANDARD;
    return new TargetConfig(
        standard.tls(), standard.host(), standard.port(), standard.basePath(), protocol, caFile);
  }

  private List<EgressConfig> egresses(ConfigTree tree) {
    List<Scalar> urls = new ArrayList<>(tree.scalars("proxy_urls", true));
    Scalar single = secrets.readOptional(tree, "proxy_url");
    if (single != null && !urls.isEmpty()) {
      String found = Shown.url(single.text()) + " beside proxy_urls";
      reading.problems().add(single.place(), found, "only one of proxy_url, proxy_urls");
    }
    if (single != null) {
      urls.add(0, single);
    }
    List<EgressConfig> egresses = new ArrayList<>();
    for (Scalar url : urls) {
      EgressConfig egress = Urls.egress(reading.problems(), url);
      if (egress != null && egresses.contains(egress)) {
        String found = Shown.url(url.text()) + " a second time";
        reading.problems().warn(url.place(), found, "each proxy once");
      } else if (egress != null) {
        egresses.add(egress);
      }
    }
    return List.copyOf(egresses);
  }

  private List<KeyConfig> keys(ConfigTree tree, @Nullable Scalar group) {
    List<KeyConfig> keys = new ArrayList<>();
    Tier tier = quotas.tier(tree);
    for (ConfigTree.KeyEntry entry : tree.keyEntries("api_keys")) {
      if (entry.settings() != null) {
        addMapping(keys, entry.settings(), tier);
      } else {
        Scalar plain = new Typed(tree).checkedText(entry.plain(), true);
        addOnce(keys, plain, secret -> new KeyConfig(secret, null, 1, null, null, tier));
      }
    }
    if (group != null) {
      for (Scalar scalar : reading.overlay().keysOfGroup(group.text())) {
        addOnce(keys, scalar, secret -> new KeyConfig(secret, null, 1, null, null, tier));
      }
    }
    return List.copyOf(keys);
  }

  private void addMapping(List<KeyConfig> keys, ConfigTree tree, @Nullable Tier groupTier) {
    Typed typed = new Typed(tree);
    Scalar key = secrets.read(tree, "key");
    Scalar project = typed.text("project");
    int weight = typed.count("weight", 1, 100, 1);
    Scalar url = secrets.readOptional(tree, "proxy_url");
    EgressConfig egress = url == null ? null : Urls.egress(reading.problems(), url);
    Tier tier = quotas.tier(tree);
    if (!tree.has("key") && !tree.has("key_env") && !tree.has("key_file")) {
      reading.problems().add(tree.place(), "no key", "one of key, key_env, key_file");
    }
    tree.done();
    String owner = project == null ? null : project.text();
    addOnce(keys, key, secret -> new KeyConfig(secret, owner, weight, egress, tier, groupTier));
  }

  private void addOnce(
      List<KeyConfig> keys, @Nullable Scalar scalar, Function<Secret, KeyConfig> settings) {
    Secret key = Credentials.secret(reading.problems(), scalar);
    if (key == null || scalar == null) {
      return;
    }
    Place first = known.putIfAbsent(key, scalar.place());
    if (first == null) {
      keys.add(settings.apply(key));
    } else {
      reading.problems().add(scalar.place(), "the same key as " + first, "each key once");
    }
  }

  /** In the order of the file; a model that is listed plainly stands for itself. */
  private static Map<String, String> aliases(ConfigTree tree, Typed typed) {
    Map<String, String> aliases = new LinkedHashMap<>();
    for (ConfigTree.Pair pair : tree.pairs("model_aliases")) {
      Scalar asked = typed.checkedText(pair.name(), false);
      Scalar sent = pair.value() == null ? null : typed.checkedText(pair.value(), false);
      if (asked == null || (pair.value() != null && sent == null)) {
        continue;
      }
      String name = bare(asked.text());
      if (sent != null && name.indexOf('/') >= 0) {
        String expected = "a name without a slash, as it stands behind models/ in a path";
        tree.problems().add(asked.place(), Shown.plain(asked.text()), expected);
      }
      String model = sent == null ? name : ModelSetting.of(tree.problems(), sent);
      String before = aliases.putIfAbsent(name, model);
      if (before != null && !before.equals(model)) {
        String found = Shown.plain(asked.text()) + " a second time";
        tree.problems().add(asked.place(), found, "one model for each name");
      }
    }
    checkChains(tree, aliases);
    return Collections.unmodifiableMap(aliases);
  }

  /** A name is replaced once: what it stands for has to be a model of Google's. */
  private static void checkChains(ConfigTree tree, Map<String, String> aliases) {
    aliases.forEach(
        (name, model) -> {
          String further = aliases.get(model);
          if (further != null && !further.equals(model)) {
            String found =
                Shown.plain(name) + " for " + Shown.plain(model) + ", which stands for another";
            tree.problems().add(tree.placeOf("model_aliases"), found, "the model itself");
          }
        });
  }

  private static String bare(String model) {
    return model.startsWith(MODELS) ? model.substring(MODELS.length()) : model;
  }

  private void addFromEnvironment(List<GroupConfig> groups) {
    List<Scalar> given = new ArrayList<>(reading.overlay().keys());
    Scalar credential = secrets.credential("gemini-api-keys");
    if (credential != null) {
      given.addAll(EnvOverlay.split(credential));
    }
    List<KeyConfig> keys = new ArrayList<>();
    for (Scalar scalar : given) {
      Secret key = Credentials.secret(reading.problems(), scalar);
      Place first = key == null ? null : known.putIfAbsent(key, scalar.place());
      if (first != null) {
        reading.problems().warn(scalar.place(), "the same key as " + first, "each key once");
      } else if (key != null) {
        keys.add(new KeyConfig(key, null, 1, null));
      }
    }
    Place taken = names.get(ENV_GROUP);
    if (!keys.isEmpty() && taken != null) {
      String expected = "another name, as keys of the environment make up a group of that name";
      reading.problems().add(taken, "the group env", expected);
    } else if (!keys.isEmpty()) {
      names.put(ENV_GROUP, given.get(0).place());
      TargetConfig target = TargetConfig.STANDARD;
      groups.add(new GroupConfig(ENV_GROUP, target, List.of(), Map.of(), keys, null, Map.of()));
    }
  }
}
