# Tests of what is installed. The first is part of `make test`; the other wants root, debootstrap and
# a network, and makes whole systems below its folder.

$(BUILD)/dist/install: tests/dist/install.sh
	@mkdir -p $(@D)
	@printf '#!/bin/sh\nexec sh tests/dist/install.sh "%s"\n' "$(PLAIN_BUILD)" >$@
	@chmod +x $@

dist: $(BUILD)/dist/install all
	@$(TEST_ENV) sh tests/run.sh $(BUILD)/logs $(BUILD)/dist/install

test-packages:
	@sh tests/dist/packages.sh $(BUILD)/packages

.PHONY: dist test-packages
