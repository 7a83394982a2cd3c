#include "metrics/process.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace frontdesk::metrics {
namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

void write_process(Exposition& out) {
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) == 0)
    out.counter("process_cpu_seconds_total", "Processor time.", seconds(usage.ru_utime) + seconds(usage.ru_stime));
  std::ifstream pages("/proc/self/statm");
  double size = 0, resident = 0;
  if (pages >> size >> resident) {
    const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
    out.gauge("process_virtual_memory_bytes", "Addresses in use.", size * page);
    out.gauge("process_resident_memory_bytes", "Memory in use.", resident * page);
  }
  std::error_code error;
  const std::filesystem::directory_iterator descriptors("/proc/self/fd", error), threads("/proc/self/task", error);
  if (!error) {
    out.gauge("process_open_fds", "Open descriptors.",
              static_cast<double>(std::distance(begin(descriptors), end(descriptors))));
    out.gauge("process_threads", "Threads.", static_cast<double>(std::distance(begin(threads), end(threads))));
  }
  rlimit most{};
  if (getrlimit(RLIMIT_NOFILE, &most) == 0)
    out.gauge("process_max_fds", "Descriptors that may be open.", static_cast<double>(most.rlim_cur));
}

}  // namespace frontdesk::metrics
