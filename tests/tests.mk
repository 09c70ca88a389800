# How the tests are built and run. `make test` is the one that people use; the rest are its parts.

CHECK_BUILD := $(BUILD)/sanitize
# For building alone, and where nobody has said how many jobs there shall be.
ALL_CORES    = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(or $(shell getconf _NPROCESSORS_ONLN 2>/dev/null),1))
FUZZ_BUILD  := $(BUILD)/fuzz
FUZZ_SECONDS ?= 60

# The whole of it: the program as people run it (its objects are looked at too), and everything
# again under the sanitizers.
test:
	@$(MAKE) $(ALL_CORES) --no-print-directory all
	@$(MAKE) $(ALL_CORES) --no-print-directory BUILD=$(CHECK_BUILD) SANITIZE=address,undefined \
		WERROR=-Werror PLAIN_BUILD=$(BUILD) check

# ---- one kind of test each, for a BUILD with or without sanitizers

PLAIN_BUILD ?= $(BUILD)

UNITS      ?= $(patsubst tests/unit/test_%.c,%,$(sort $(wildcard tests/unit/test_*.c)))
UNIT_TESTS := $(UNITS:%=$(BUILD)/unit/test_%)
WIRES      ?= $(patsubst tests/wire/test_%.c,%,$(sort $(wildcard tests/wire/test_*.c)))
WIRE_TESTS := $(WIRES:%=$(BUILD)/wire/test_%)
FAULTS     ?= $(patsubst tests/fault/test_%.c,%,$(sort $(wildcard tests/fault/test_*.c)))
FAULT_TESTS := $(FAULTS:%=$(BUILD)/fault/test_%)
# Some faults are tested with the program as people run it, and some of these by a library that is
# loaded into it and makes calls fail; see tests/fault/faults.h. Neither where there is none.
FAULT_OBJECTS := $(patsubst %,$(BUILD)/fault/%.o,faults usage writers)
PLAIN_PROGRAM := $(if $(SANITIZE),$(filter-out $(BUILD)/%,$(PLAIN_BUILD)/$(PROGRAM)),$(BUILD)/$(PROGRAM))
PRELOAD       := $(if $(shell getconf GNU_LIBC_VERSION 2>/dev/null),$(BUILD)/fault/preload.so)
FUZZERS    := $(patsubst tests/fuzz/fuzz_%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))

# What the wire and fault tests share: a client and a daemon of their own, nothing of the server.
WIRE_OBJECTS := $(patsubst tests/wire/%.c,$(BUILD)/wire/%.o, \
	$(filter-out tests/wire/test_%.c,$(wildcard tests/wire/*.c)))
TEST_LIBS = -lcmocka $(LIBS)
.SECONDARY: $(WIRE_OBJECTS) $(FAULT_OBJECTS)

$(BUILD)/unit/test_%: tests/unit/test_%.c $(LIBRARY)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CPPFLAGS) -Itests/unit $(ALL_CFLAGS) $(ALL_LDFLAGS) -MMD -MP -o $@ $< $(LIBRARY) $(TEST_LIBS)

$(BUILD)/wire/%.o: tests/wire/%.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/wire/test_%: tests/wire/test_%.c $(WIRE_OBJECTS)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS) -MMD -MP -o $@ $< $(WIRE_OBJECTS) $(TEST_LIBS)

$(BUILD)/fault/%.o: tests/fault/%.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CPPFLAGS) -Itests/wire $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/fault/test_%: tests/fault/test_%.c $(WIRE_OBJECTS) $(FAULT_OBJECTS)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CPPFLAGS) -Itests/wire $(ALL_CFLAGS) $(ALL_LDFLAGS) -MMD -MP -o $@ $< $(FAULT_OBJECTS) \
		$(WIRE_OBJECTS) $(TEST_LIBS)

$(BUILD)/fault/preload.so: tests/fault/preload.c tests/fault/preload_files.c tests/fault/preload.h \
		tests/fault/faults.h
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) -D_GNU_SOURCE -std=c17 $(WARNINGS) $(WERROR) -O2 -fPIC -shared -o $@ $(filter %.c,$^) -ldl

include tests/fault/hook.mk

-include $(UNIT_TESTS:=.d) $(WIRE_TESTS:=.d) $(FAULT_TESTS:=.d) $(WIRE_OBJECTS:.o=.d) \
	$(FAULT_OBJECTS:.o=.d)

# Every fuzzer for a short while, as a test; see tests/fuzz/run.sh.
$(BUILD)/fuzz-short: tests/fuzz/short.sh
	@mkdir -p $(@D)
	@printf '#!/bin/sh\nexec sh tests/fuzz/short.sh "%s" %s\n' "$(FUZZ_BUILD)" "$(FUZZERS)" >$@
	@chmod +x $@

$(BUILD)/lint: tests/lint/lint.sh
	@mkdir -p $(@D)
	@printf '#!/bin/sh\nexec sh tests/lint/lint.sh "%s" %s\n' "$(PLAIN_BUILD)/obj" \
		'$(filter-out -DKINDLING_VERSION%,$(ALL_CPPFLAGS)) -std=c17 -O2 $(WARNINGS) -Werror' >$@
	@chmod +x $@

TEST_ENV = CMOCKA_MESSAGE_OUTPUT=TAP KINDLING=$(abspath $(BUILD)/$(PROGRAM)) \
	KINDLING_CAPSULE=$(abspath capsule) KINDLING_PLAIN=$(abspath $(PLAIN_PROGRAM)) \
	KINDLING_PRELOAD=$(abspath $(PRELOAD))

unit: $(UNIT_TESTS)
	@$(TEST_ENV) sh tests/run.sh $(BUILD)/logs $(UNIT_TESTS)
wire: $(WIRE_TESTS) $(BUILD)/$(PROGRAM)
	@$(TEST_ENV) sh tests/run.sh $(BUILD)/logs $(WIRE_TESTS)
fault: $(FAULT_TESTS) $(BUILD)/$(PROGRAM) $(PRELOAD)
	@$(TEST_ENV) sh tests/run.sh $(BUILD)/logs $(FAULT_TESTS)
# All rounds of what `make test` does a few of: make fault-long KINDLING_ROUNDS=500 FAULTS="memory"
KINDLING_ROUNDS ?= 50
fault-long: $(FAULT_TESTS) $(BUILD)/$(PROGRAM) $(PRELOAD)
	@$(TEST_ENV) KINDLING_ROUNDS=$(KINDLING_ROUNDS) TEST_SECONDS=14400 \
		sh tests/run.sh $(BUILD)/logs $(FAULT_TESTS)
lint: $(BUILD)/lint $(LIBRARY)
	@$(TEST_ENV) sh tests/run.sh $(BUILD)/logs $(BUILD)/lint

check: $(BUILD)/lint $(UNIT_TESTS) $(WIRE_TESTS) $(FAULT_TESTS) $(BUILD)/$(PROGRAM) $(PRELOAD) \
		$(BUILD)/fuzz-short fuzzers $(BUILD)/dist/install
	@$(TEST_ENV) sh tests/run.sh $(BUILD)/logs $(BUILD)/lint $(BUILD)/dist/install \
		$(UNIT_TESTS) $(WIRE_TESTS) $(FAULT_TESTS) $(BUILD)/fuzz-short

# ---- fuzzing: clang's libFuzzer, with the sources under test built for it

FUZZ_FLAGS   := -g -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
FUZZ_SOURCES := $(filter src/base/% src/text/% src/proto/% src/os/% src/conf/% src/comments/rules.c \
	src/comments/show.c, \
	$(SOURCES))
FUZZ_OBJECTS := $(FUZZ_SOURCES:src/%.c=$(FUZZ_BUILD)/obj/%.o)
FUZZ_LIBRARY := $(FUZZ_BUILD)/libfuzzed.a

# Where there is no clang with libFuzzer, the short run says so and counts as skipped.
ifneq ($(filter check fuzz-long,$(MAKECMDGOALS)),)
HAVE_FUZZER := $(shell echo 'int LLVMFuzzerTestOneInput(const unsigned char *d, unsigned long n); \
	int LLVMFuzzerTestOneInput(const unsigned char *d, unsigned long n) { return d && n ? 0 : 0; }' | \
	$(CLANG) -fsanitize=fuzzer,address -x c -o /dev/null - 2>/dev/null && echo yes)
endif

$(FUZZ_BUILD)/obj/%.o: src/%.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CLANG) $(ALL_CPPFLAGS) -std=c17 $(FUZZ_FLAGS) -MMD -MP -c -o $@ $<
$(FUZZ_LIBRARY): $(FUZZ_OBJECTS)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^
$(FUZZ_BUILD)/fuzz_%: tests/fuzz/fuzz_%.c $(FUZZ_LIBRARY)
	$(call say,CC,$<)
	$(Q)$(CLANG) $(ALL_CPPFLAGS) -std=c17 $(FUZZ_FLAGS) -fsanitize=fuzzer -o $@ $< $(FUZZ_LIBRARY) $(LIBS)
-include $(FUZZ_OBJECTS:.o=.d)

fuzzers: $(if $(HAVE_FUZZER),$(FUZZERS:%=$(FUZZ_BUILD)/fuzz_%))

# Long runs, one fuzzer after the other: make fuzz FUZZ_SECONDS=3600 FUZZERS="uri gemtext"
fuzz:
	@$(MAKE) --no-print-directory fuzz-long
fuzz-long: fuzzers
	@sh tests/fuzz/long.sh "$(FUZZ_BUILD)" "$(FUZZ_SECONDS)" $(FUZZERS)

# ---- real clients, and measurements

test-clients: all
	@KINDLING=$(abspath $(BUILD)/$(PROGRAM)) sh tests/clients/run.sh

bench: all
	@sh tests/bench/bench.sh $(BUILD)
include tests/bench/bench.mk
include tests/dist/dist.mk
include tests/analysis.mk

.PHONY: test check unit wire fault fault-long lint fuzz fuzz-long fuzzers test-clients bench
