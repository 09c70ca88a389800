# Kindling: make, make deps, make run, make test, make bench, make fuzz, make install, make deb,
# make clean.
# Out of tree: make BUILD=/elsewhere. Sanitizers: make SANITIZE=address,undefined.
# GNU make and pkg-config.

PROGRAM  := kindling
VERSION  := 0.1.0
PREFIX   ?= /usr/local
SANITIZE ?=
BUILD    ?= build$(if $(SANITIZE),/sanitize)
CC       ?= cc
ifeq ($(origin CC),default)
CC := cc
endif
CLANG      ?= clang
PKG_CONFIG ?= pkg-config
SYSTEM     := $(shell uname -s)

# A file named *_linux.c, *_openbsd.c or *_freebsd.c is that system's; where a module has none for
# this one, its *_other.c stands in.
KIND    := $(or $(filter linux openbsd freebsd,$(shell uname -s | tr A-Z a-z)),other)
EVERY   := $(sort $(wildcard src/*/*.c))
OWN     := $(filter %_$(KIND).c,$(EVERY))
SOURCES := $(filter-out %_linux.c %_openbsd.c %_freebsd.c %_other.c,$(EVERY)) $(OWN) \
	$(filter-out $(OWN:%_$(KIND).c=%_other.c) $(OWN),$(filter %_other.c,$(EVERY)))
OBJECTS := $(SOURCES:src/%.c=$(BUILD)/obj/%.o)
LIBRARY := $(BUILD)/lib$(PROGRAM).a

PACKAGES := openssl libuv sqlite3 libconfuse libidn2 $(if $(filter linux,$(KIND)),libseccomp)
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wpointer-arith -Wcast-qual -Wwrite-strings -Wformat=2 -Wundef \
	-Wswitch-enum -Wvla -Wno-psabi
HARDEN   := -fstack-protector-strong -fPIE \
	$(if $(filter Linux,$(SYSTEM)),-fstack-clash-protection) \
	$(if $(filter x86_64,$(shell uname -m)),-fcf-protection) \
	$(if $(SANITIZE),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
HARDEN_LD_Linux := -Wl,-z,relro -Wl,-z,now
HARDEN_LD := -pie $(HARDEN_LD_$(SYSTEM))
ifneq ($(SANITIZE),)
SANITIZERS := -fsanitize=$(SANITIZE) -fno-omit-frame-pointer -fno-sanitize-recover=all
endif
CFLAGS   ?= -O2 -g
WERROR   ?= $(if $(CI),-Werror)
# Files of any size and times after 2038, on 32 bits too.
ALL_CPPFLAGS = -Isrc -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64 \
	-DKINDLING_VERSION='"$(VERSION)"' \
	$(shell $(PKG_CONFIG) --cflags $(PACKAGES) 2>/dev/null) $(CPPFLAGS)
ALL_CFLAGS = -std=c17 $(WARNINGS) $(WERROR) $(HARDEN) $(SANITIZERS) $(CFLAGS)
ALL_LDFLAGS = $(HARDEN_LD) $(SANITIZERS) $(LDFLAGS)
LIBS      = $(shell $(PKG_CONFIG) --libs $(PACKAGES)) -lmagic -lunistring -lpthread

# make V=1 shows whole commands.
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-6s %s\n' $(1) $(2))

all: $(BUILD)/$(PROGRAM)

$(BUILD)/$(PROGRAM): $(BUILD)/obj/main.o $(LIBRARY)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(LIBRARY): $(OBJECTS)
	$(call say,AR,$@)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

$(BUILD)/obj/%.o: src/%.c Makefile
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# What is installed depends on what is asked for beside it: make deps run, make deps test.
DEPS_FOR := $(if $(filter test check unit wire fault fuzz lint coverage,$(MAKECMDGOALS)),test) \
	$(if $(filter analyse coverage,$(MAKECMDGOALS)),analyse) \
	$(if $(filter test-clients,$(MAKECMDGOALS)),clients) \
	$(if $(filter deb test-packages,$(MAKECMDGOALS)),deb) \
	$(if $(filter test-packages,$(MAKECMDGOALS)),packages) \
	$(if $(filter test-image,$(MAKECMDGOALS)),image) \
	$(if $(filter bench,$(MAKECMDGOALS)),bench)
deps:
	@sh src/dist/deps.sh run $(DEPS_FOR)

# make run ARGS="--listen 127.0.0.1:1966"
run: all
	@exec $(BUILD)/$(PROGRAM) serve $(ARGS)

clean:
	rm -rf $(BUILD)

include src/dist/install.mk
include src/dist/picture.mk
include tests/tests.mk

-include $(OBJECTS:.o=.d) $(BUILD)/obj/main.d

# Packages first: what pkg-config says is only true afterwards.
ifneq ($(filter deps,$(MAKECMDGOALS)),)
$(filter-out deps,$(MAKECMDGOALS)) $(OBJECTS) $(BUILD)/obj/main.o: | deps
endif

.PHONY: all deps run clean
