# Tests of what is installed. The first is part of `make test`; the second wants root, debootstrap and
# a network, and makes whole systems below its folder; the third wants podman.

$(BUILD)/dist/install: tests/dist/install.sh
	@mkdir -p $(@D)
	@printf '#!/bin/sh\nexec sh tests/dist/install.sh "%s"\n' "$(PLAIN_BUILD)" >$@
	@chmod +x $@

dist: $(BUILD)/dist/install all
	@$(TEST_ENV) sh tests/run.sh $(BUILD)/logs $(BUILD)/dist/install

test-packages:
	@sh tests/dist/packages.sh $(BUILD)/packages

test-image:
	@sh tests/dist/image.sh

.PHONY: dist test-packages test-image
