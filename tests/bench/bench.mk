# What measures: one program for each source file but common.c. See bench.sh.

BENCH_SHARED := tests/bench/common.c
BENCH_TOOLS  := $(patsubst tests/bench/%.c,$(BUILD)/bench/%, \
	$(filter-out $(BENCH_SHARED),$(wildcard tests/bench/*.c)))

$(BUILD)/bench/%: tests/bench/%.c $(BENCH_SHARED) $(BENCH_SHARED:.c=.h) $(LIBRARY)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $< $(BENCH_SHARED) $(LIBRARY) $(LIBS)

bench: $(BENCH_TOOLS)
