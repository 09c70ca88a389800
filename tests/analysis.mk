# What looks at the source without running it, and how much of it the tests run.

# clang-tidy, cppcheck and gcc's analyser; ends with 1 where they find anything.
analyse:
	@sh tests/lint/analyse.sh $(filter-out -DKINDLING_VERSION%,$(ALL_CPPFLAGS)) \
		'-DKINDLING_VERSION="0"' -std=c17 $(WARNINGS) -- $(SOURCES) src/main.c

# Lines and branches that unit, wire and fault tests reach, and pages to click through. Workers
# write down what they have run as they end, which their sandbox would not let them.
COVERAGE := $(BUILD)/coverage
coverage:
	@mkdir -p $(COVERAGE)/report
	@find $(COVERAGE) -name '*.gcda' -delete
	@KINDLING_COVERAGE=1 GCOV_ERROR_FILE=/dev/null \
		$(MAKE) --no-print-directory BUILD=$(COVERAGE) \
		CFLAGS="-O0 -g --coverage -fprofile-update=atomic" unit wire fault
	@gcovr --root . --object-directory $(COVERAGE)/obj --filter 'src/(proto|tls|net|comments)/' \
		--html-details $(COVERAGE)/report/index.html $(COVERAGE)/obj
	@echo "line by line: $(COVERAGE)/report/index.html"
	@sh tests/lint/coverage.sh $(COVERAGE)

.PHONY: analyse coverage
