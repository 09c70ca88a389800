# make install, make uninstall, make deb. What goes where is in src/dist/install.sh; these say to where.

ifneq ($(filter install uninstall,$(MAKECMDGOALS)),)
export DESTDIR    ?=
export PREFIX
export SYSCONFDIR ?= $(if $(filter FreeBSD,$(SYSTEM)),$(PREFIX))/etc
export MANDIR     ?= $(PREFIX)/$(if $(filter OpenBSD,$(SYSTEM)),,share/)man
export UNITDIR    ?= $(PREFIX)/lib/systemd/system
export ZSHDIR     ?= $(PREFIX)/share/zsh/site-functions
# Who starts it at boot: systemd, openrc, FreeBSD, OpenBSD or none.
export SERVICE    ?= $(if $(filter %BSD,$(SYSTEM)),$(SYSTEM),$(shell \
	if [ -d /run/systemd/system ]; then echo systemd; \
	elif [ -x /sbin/openrc-run ]; then echo openrc; \
	elif command -v systemctl >/dev/null; then echo systemd; else echo none; fi))
endif

install: all
	@sh src/dist/install.sh install $(BUILD)/$(PROGRAM)
uninstall:
	@sh src/dist/install.sh uninstall $(BUILD)/$(PROGRAM)

# A Debian package of the tree as it is, built outside of it.
deb:
	@sh src/dist/deb.sh $(BUILD)/deb $(VERSION)

.PHONY: install uninstall deb
