# What looks at the source without running it, and how much of it the tests run.

# clang-tidy, cppcheck and gcc's analyser; ends with 1 where they find anything.
analyse:
	@sh tests/lint/analyse.sh $(filter-out -DKINDLING_VERSION%,$(ALL_CPPFLAGS)) \
		'-DKINDLING_VERSION="0"' -std=c17 $(WARNINGS) -- $(SOURCES) src/main.c

# Lines and branches that unit, wire and fault tests reach, as text and as pages to click through.
# The workers write their counts at their end, which the sandbox would not let them.
COVERAGE := $(BUILD)/coverage
coverage:
	@find $(COVERAGE) -name '*.gcda' -delete 2>/dev/null || true
	@KINDLING_FLAGS="--sandbox no" $(MAKE) --no-print-directory BUILD=$(COVERAGE) \
		CFLAGS="-O0 -g --coverage -fprofile-update=atomic" unit wire fault
	@mkdir -p $(COVERAGE)/report
	@gcovr --root . --object-directory $(COVERAGE)/obj --exclude-throw-branches \
		--filter 'src/(proto|tls|net|comments)/' --branches \
		--html-details $(COVERAGE)/report/index.html --txt $(COVERAGE)/branches.txt $(COVERAGE)/obj
	@cat $(COVERAGE)/branches.txt
	@echo "line by line: $(COVERAGE)/report/index.html"

.PHONY: analyse coverage
