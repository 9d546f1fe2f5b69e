/** What a load run tells: samples, medians, and tables, JSON and a page made of them. */
@NullMarked
package io.geminirelay.bench.load.report;

import org.jspecify.annotations.NullMarked;
