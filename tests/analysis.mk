# What looks at the source without running it, and how much of it the tests run.

# clang-tidy, cppcheck and gcc's analyser; ends with 1 where they find anything.
analyse:
	@sh tests/lint/analyse.sh $(filter-out -DKINDLING_VERSION%,$(ALL_CPPFLAGS)) \
		'-DKINDLING_VERSION="0"' -std=c17 $(WARNINGS) -- $(SOURCES) src/main.c

# Lines and branches that unit, wire and fault tests reach, as text and as pages to click through.
# See tests/lint/coverage.sh.
COVERAGE := $(BUILD)/coverage
coverage:
	@mkdir -p $(COVERAGE)
	@find $(COVERAGE) -name '*.gcda' -delete
	@KINDLING_COVERAGE=1 GCOV_ERROR_FILE=/dev/null \
		$(MAKE) --no-print-directory BUILD=$(COVERAGE) \
		CFLAGS="-O0 -g --coverage -fprofile-update=atomic" unit wire fault
	@sh tests/lint/coverage.sh $(COVERAGE)

.PHONY: analyse coverage
