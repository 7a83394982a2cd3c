// Every target over its stored inputs: seeds, and whatever a fuzzer has ever found.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "fuzz/fuzz_target.hpp"

namespace frontdesk::fuzz {
namespace {

TEST(FuzzReplay, EachTargetTakesItsStoredInputs) {
  ASSERT_EQ(targets().size(), 17U);
  for (const auto& target : targets()) {
    const std::filesystem::path folder = std::string(FRONTDESK_TEST_DATA) + "/fuzz/" + target.name;
    ASSERT_TRUE(std::filesystem::is_directory(folder)) << folder;
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string bytes(std::istreambuf_iterator<char>(file), {});
      const Bytes input(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
      SCOPED_TRACE(entry.path());
      target.run(input);
      // A cut message is what a slow sender shows first.
      for (std::size_t cut = 0; cut < input.size(); cut += 1 + input.size() / 64) target.run(input.subspan(0, cut));
      ++count;
    }
    EXPECT_GT(count, 0U) << target.name;
  }
}

}  // namespace
}  // namespace frontdesk::fuzz
