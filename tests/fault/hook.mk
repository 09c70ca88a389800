# The program as it is, but for one function that hook.c stands in for: what a worker that was taken
# over could do. Where workers are fenced in, and the linker knows --wrap.
ifeq ($(KIND),linux)
HOOKED := $(BUILD)/fault/hooked
$(HOOKED): $(BUILD)/obj/main.o $(BUILD)/fault/hook.o $(LIBRARY)
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -Wl,--wrap=site_open -o $@ $^ $(LIBS)
$(BUILD)/fault/test_isolation: $(HOOKED)
-include $(BUILD)/fault/hook.d
endif
