// What this process takes of the machine, with the names that Prometheus' own libraries use.
#pragma once
#include "metrics/exposition.hpp"

namespace frontdesk::metrics {

/// Memory, descriptors, processor time, threads. What the system does not tell is left out.
void write_process(Exposition& out);

}  // namespace frontdesk::metrics
