package io.geminirelay.base.config.edit;

import io.geminirelay.base.config.Loaded;
import io.geminirelay.base.config.Problem;
import java.util.List;

/**
 * A change that was made and kept.
 *
 * @param loaded the configuration with it, to be put in force
 * @param saved where the change is kept
 * @param warnings those that came with the change; {@code loaded} has all
 */
public record Changed(Loaded loaded, Saved saved, List<Problem> warnings) {}
