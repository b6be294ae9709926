#include <stdint.h>

// What libFuzzer counts besides edges: it takes each counter, and each order of magnitude that it reaches, for something
// new to be kept.
enum { witan_state_limit = 1 << 16 };
extern uint8_t witan_states[witan_state_limit];
