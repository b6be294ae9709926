#include "counters.h"

__attribute__((section("__libfuzzer_extra_counters"))) uint8_t witan_states[witan_state_limit];
