// A parser that sees bytes from the network or from files, fed with anything. With FRONTDESK_FUZZING each file is a
// libFuzzer program of its own (./dev fuzz); without, replay_test.cpp runs all of them over the stored inputs.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace frontdesk::fuzz {

using Bytes = std::span<const std::uint8_t>;

inline std::string_view text_of(Bytes input) {
  return {reinterpret_cast<const char*>(input.data()), input.size()};
}

struct Target {
  std::string name;
  void (*run)(Bytes);
};

inline std::vector<Target>& targets() {
  static std::vector<Target> all;
  return all;
}

struct Registration {
  Registration(const char* name, void (*run)(Bytes)) { targets().push_back({name, run}); }
};

/// A promise that a parser makes about what it returns; broken, the input is a finding.
inline void require(bool holds) {
  if (!holds) __builtin_trap();
}

}  // namespace frontdesk::fuzz

#ifdef FRONTDESK_FUZZING
#define FRONTDESK_FUZZ_TARGET(name)                                                   \
  static void fuzz_one(frontdesk::fuzz::Bytes input);                                 \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { \
    fuzz_one({data, size});                                                           \
    return 0;                                                                         \
  }                                                                                   \
  static void fuzz_one([[maybe_unused]] frontdesk::fuzz::Bytes input)
#else
#define FRONTDESK_FUZZ_TARGET(name)                                         \
  static void fuzz_one(frontdesk::fuzz::Bytes input);                       \
  static const frontdesk::fuzz::Registration registration(#name, fuzz_one); \
  static void fuzz_one([[maybe_unused]] frontdesk::fuzz::Bytes input)
#endif
