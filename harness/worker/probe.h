// The probe: two short loops that show whether something outside this process slows the core down.
//
// Two hardware threads of a core share its execution units. A neighbour's work, which on a virtual
// machine may be another tenant's, then takes up to half of the speed of code that fills the core
// (an interpreter's loop, a vectorised addition), and none of the speed of a chain of dependent
// operations. So the first loop fills the core with independent additions, several in each cycle,
// and the second one is a chain of multiplications. Their quotient does not depend on the clock's
// frequency, which the measured code itself changes, nor on caches or the layout of a process,
// since both loops stay in registers. The probe is the same in every worker and never the measured
// code.
#pragma once

#include <cstdint>

namespace gapmeter {

// What filling the core takes over what the chain takes, in thousandths, on this thread's processor
// now. Takes about 10 µs. Of each loop the best of a few runs counts, to leave out interruptions.
std::int64_t probe();

// The greatest of all processors that this process may use, probed at the same time.
std::int64_t probe_every_processor();

}  // namespace gapmeter
