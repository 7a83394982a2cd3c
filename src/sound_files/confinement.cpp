#include "sound_files/confinement.hpp"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <vector>

#include "sound_files/child.hpp"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define FRONTDESK_SANITIZED 1  // sanitizers reserve terabytes of addresses, and make calls of their own at the end
#endif

namespace frontdesk::sound_files {
namespace {

constexpr int kNice = 10;

bool limit(decltype(RLIMIT_CPU) resource, rlim_t most) {
  const rlimit both{most, most};
  return setrlimit(resource, &both) == 0;
}

#if defined(__x86_64__)
constexpr unsigned kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr unsigned kArchitecture = AUDIT_ARCH_AARCH64;
#else
#error "seccomp: name this machine's AUDIT_ARCH"
#endif

/// All that decoding takes; newfstatat is how the C library asks for the facts of a descriptor.
constexpr long kAllowed[] = {SYS_read,    SYS_pread64, SYS_write,      SYS_lseek,           SYS_fstat,
                             SYS_close,   SYS_brk,     SYS_mmap,       SYS_munmap,          SYS_mremap,
                             SYS_madvise, SYS_futex,   SYS_getrandom,  SYS_clock_gettime,   SYS_newfstatat,
                             SYS_sysinfo, SYS_exit,    SYS_exit_group, SYS_restart_syscall, SYS_rt_sigreturn};
/// What libraries try and can do without: it fails. Anything else kills.
constexpr long kRefused[] = {SYS_openat, SYS_ioctl};

[[maybe_unused]] bool filter_system_calls() {
  std::vector<sock_filter> program;
  const auto add = [&](unsigned code, unsigned k, unsigned char if_true, unsigned char if_false) {
    program.push_back({static_cast<std::uint16_t>(code), if_true, if_false, k});
  };
  add(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch), 0, 0);
  add(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 1, 0);
  add(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
  add(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr), 0, 0);
  const auto answer = [&](long call, unsigned with) {
    add(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(call), 0, 1);
    add(BPF_RET | BPF_K, with, 0, 0);
  };
  for (const auto call : kAllowed) answer(call, SECCOMP_RET_ALLOW);
  for (const auto call : kRefused) answer(call, SECCOMP_RET_ERRNO | EACCES);
  add(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) == 0;
}

}  // namespace

bool confine_this_process() {
  (void)setpriority(PRIO_PROCESS, 0, kNice);  // calls come first
  bool done = prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
  done = done && limit(RLIMIT_CORE, 0) && limit(RLIMIT_CPU, kChildCpuSeconds) && limit(RLIMIT_FSIZE, 0) &&
         limit(RLIMIT_NOFILE, 3);
#if !defined(FRONTDESK_SANITIZED)
  done = done && limit(RLIMIT_DATA, kChildMemory) && limit(RLIMIT_AS, kChildAddresses) && filter_system_calls();
#endif
  return done;
}

}  // namespace frontdesk::sound_files
