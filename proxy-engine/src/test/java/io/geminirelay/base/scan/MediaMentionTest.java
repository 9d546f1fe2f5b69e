package io.geminirelay.base.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.geminirelay.testing.EverySplit;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MediaMentionTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "inlineData",
        "inline_data",
        "fileData",
        "file_data",
        "image_url",
        "input_audio",
        "file_id",
        "file_url",
        "\\u0069nline",
        "inline\\u0044ata",
        "file\\u005fdata",
        "file\\u005Fdata",
        "ima\\u0067e",
        "\\inlineData",
        "inl\\ineDat",
        "file\\Data",
        "file\\_data",
        "\\\\\\inline",
      })
  void findsEveryNameWhereverItStandsAndHoweverItIsCut(String name) {
    for (String before : List.of("", "{\"", "{'", "a \\n \\\" e_t_eD", "some text that is long")) {
      for (String after : List.of("", "\":{", "e_D\\u003c and more of it here")) {
        byte[] body = (before + name + after).getBytes(StandardCharsets.UTF_8);
        EverySplit.of(body, 5, 1, pieces -> assertEquals(true, found(pieces), before + after));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{\"contents\":[{\"parts\":[{\"text\":\"Write a function.\\n\\tint a_b = 3;\"}]}]}",
        "\\u003cb\\u003e \\u00e9 \\u0030 \\u2028 \\\\ \\n",
        "inlineDat inline_dat nlineData imageurl image_ur input_audi fileDat file_dat",
        "theData the_data e_ t_ eD \\u",
        "C:\\\\Data\\\\\\\\x \\\\_ \\/ \\' \\\" \\b\\f\\n\\r\\t\\\\\\n",
      })
  void saysNoWhereNothingIsNamed(String text) {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    EverySplit.of(body, 5, 1, pieces -> assertEquals(false, found(pieces)));
  }

  @Test
  void countsEveryMentionOnceHoweverItIsCut() {
    String all =
        "{'fileData':{},'inline_data':{},\"type\":\"image_url\",\"image_url\":\"file_id file_idfile_id\","
            + "'in\\lineData':'\\\\Data','\\u0066ile_url':0,'\\\\\\input_audio':1,file_urlinlineData}";
    byte[] body = all.getBytes(StandardCharsets.UTF_8);
    EverySplit.of(
        body,
        100,
        1,
        pieces -> {
          MediaMention mention = new MediaMention();
          for (byte[] piece : pieces) {
            ByteBuf buf = Unpooled.buffer().writeZero(3).writeBytes(piece).writeZero(3);
            mention.count(buf, 3, 3 + piece.length);
          }
          assertEquals(13, mention.mentions());
        });
  }

  @Test
  void agreesWithAPlainSearch() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    String letters = "fileDatan_ime";
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int n = random.nextInt(60); n > 0; n--) {
        text.append(letters.charAt(random.nextInt(letters.length())));
        if (random.nextInt(30) == 0) {
          text.append(random.nextBoolean() ? "inline_data" : "fileData");
        }
      }
      String all = text.toString();
      boolean there =
          List.of("inlineData", "inline_data", "fileData", "file_data").stream()
              .anyMatch(all::contains);
      byte[] body = all.getBytes(StandardCharsets.UTF_8);
      List<byte[]> pieces = EverySplit.randomly(body, 20, random);
      assertEquals(there, found(pieces), "seed " + seed + ": " + all);
    }
  }

  private static boolean found(List<byte[]> pieces) {
    MediaMention mention = new MediaMention();
    for (byte[] piece : pieces) {
      ByteBuf buf = Unpooled.buffer().writeZero(3).writeBytes(piece).writeZero(3);
      mention.look(buf, 3, 3 + piece.length);
    }
    return mention.found();
  }
}
