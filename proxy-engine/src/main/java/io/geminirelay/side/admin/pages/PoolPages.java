package io.geminirelay.side.admin.pages;

import com.fasterxml.jackson.core.JsonGenerator;
import io.geminirelay.base.config.Destination;
import io.geminirelay.base.config.GroupConfig;
import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.base.exchange.TrailText;
import io.geminirelay.flow.keys.ExitFigure;
import io.geminirelay.flow.keys.KeyGroup;
import io.geminirelay.side.admin.AdminAnswer;
import io.geminirelay.side.admin.AdminOperation;
import io.geminirelay.side.admin.AdminRequest;
import io.geminirelay.side.admin.GatewayView;
import io.geminirelay.side.health.BreakerFields;
import io.geminirelay.side.health.ExitFields;
import io.geminirelay.side.health.KeyFields;
import io.geminirelay.side.health.RestFields;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Shows the groups of keys, the exits on the way and the breakers of the targets. */
final class PoolPages {
  private final AdminRoom room;

  PoolPages(AdminRoom room) {
    this.room = room;
  }

  List<AdminOperation> operations() {
    return List.of(
        AdminOperation.get("/admin/api/groups", this::groups),
        AdminOperation.get("/admin/api/exits", this::exits));
  }

  private AdminAnswer groups(AdminRequest request) {
    GatewayView view = room.view().get();
    return AdminAnswer.ok(
        out -> {
          out.writeStartObject();
          out.writeArrayFieldStart("groups");
          for (KeyGroup group : view.keys().groups()) {
            write(out, group);
          }
          out.writeEndArray();
          out.writeEndObject();
        });
  }

  private static void write(JsonGenerator out, KeyGroup group) throws IOException {
    out.writeStartObject();
    out.writeStringField("name", group.name());
    out.writeStringField("target", group.exits().get(0).target().authority());
    out.writeObjectFieldStart("states");
    for (Map.Entry<String, Integer> state : KeyFields.states(group).entrySet()) {
      out.writeNumberField(state.getKey(), state.getValue());
    }
    out.writeEndObject();
    UsageFields.texts(out, "models", new TreeSet<>(group.models().keySet()));
    List<String> ways =
        group.exits().stream().map(Destination::egress).map(TrailText::shown).distinct().toList();
    UsageFields.texts(out, "exits", ways);
    out.writeNumberField("keys", group.keys().size());
    out.writeEndObject();
  }

  private AdminAnswer exits(AdminRequest request) {
    GatewayView view = room.view().get();
    List<TargetConfig> targets =
        view.config().groups().stream().map(GroupConfig::target).distinct().toList();
    return AdminAnswer.ok(
        out -> {
          out.writeStartObject();
          out.writeArrayFieldStart("exits");
          ExitFields ways = new ExitFields(out);
          for (ExitFigure exit : view.exits().figures()) {
            ways.write(exit);
          }
          out.writeEndArray();
          out.writeArrayFieldStart("breakers");
          RestFields rests = new RestFields(out, room.time());
          BreakerFields breakers = new BreakerFields(out, rests, view.breakers());
          for (TargetConfig target : targets) {
            breakers.write(target);
          }
          out.writeEndArray();
          out.writeEndObject();
        });
  }
}
