#include <stdint.h>

// What libFuzzer counts besides edges: it takes each counter that is reached for something new, worth an input. Two states
// may share one.
enum { witan_state_limit = 1 << 16 };
extern uint8_t witan_states[witan_state_limit];

// Says that a state was reached.
static inline void witan_note_state(uint64_t state) {
  witan_states[(state * UINT64_C(0x9E3779B97F4A7C15)) >> 48] = 1;
}
